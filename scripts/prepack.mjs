import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

// Before a package is packed, in its folder: the repository's licence goes in, and what `tsc -b` has left of sources
// that are gone goes out.
copyFileSync(join(import.meta.dirname, '../LICENSE'), 'LICENSE')

for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  const output = /^(.+?)(?:\.d)?\.(m?)[jt]s(?:\.map)?$/.exec(entry.name)
  if (!entry.isFile() || !output) continue
  const [, name, module] = output
  const source = join('src', relative('dist', entry.parentPath), `${name}.${module}ts`)
  if (!existsSync(source)) rmSync(join(entry.parentPath, entry.name))
}
