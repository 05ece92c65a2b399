import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Pack every package as it would be published, into `kit.tgz`, `testing.tgz` and `gateway.tgz`: names without a version,
 * so that the projects in `fixtures` can name them.
 */
export async function packAll(into: string): Promise<void> {
  await mkdir(into, { recursive: true })
  await run('npm', ['pack', '--workspaces', '--pack-destination', into], { cwd: ROOT })
  for (const file of await readdir(into)) {
    const [, room = 'gateway'] = /^tollgate-(?:(kit|testing)-)?\d/.exec(file) ?? []
    await rename(join(into, file), join(into, `${room}.tgz`))
  }
}
