import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Command, faultsOf, faultsOfInclude } from './lua/check.ts'
import { readHeader } from './lua/header.ts'
import { camel, includesModule, moduleOf } from './lua/module.ts'
import { resolve } from './lua/text.ts'

export const LUA: string = join(import.meta.dirname, '../packages/kit/lua')
const MODULES = join(import.meta.dirname, '../packages/kit/src/ledger/redis/scripts')

/** What is in the modules' folder besides them. */
const OWN = /^script\.ts$|\.test\.ts$|^support$/

/**
 * Make the TypeScript modules of all commands: file name → text.
 *
 * @throws Error that lists every place where a header and its body differ.
 */
export function buildLua(folder: string = LUA): Map<string, string> {
  const commands = namesIn(join(folder, 'commands')).map((name) => readCommand(folder, name))
  const includes = namesIn(join(folder, 'includes'))
  const used = new Map(commands.flatMap(({ text }) => [...text.includes]))
  const faults = [
    ...commands.flatMap(faultsOf),
    ...includes.flatMap((name) => faultsOfInclude(name, read(folder, 'includes', name))),
    ...includes.filter((name) => !used.has(name)).map((name) => `includes/${name} is not used`),
  ]
  if (faults.length > 0) throw new Error(`The Lua core is not as it says:\n${faults.join('\n')}`)
  const modules = commands.map((command) => [fileOf(command.name), moduleOf(command)] as const)
  return new Map([...modules, ['includes.ts', includesModule(used)], ['catalog.ts', catalogOf(commands)]])
}

function readCommand(folder: string, name: string): Command {
  const source = read(folder, 'commands', name)
  return { name, source, header: readHeader(name, source), text: resolve(folder, name, source) }
}

const read = (folder: string, kind: string, name: string) =>
  readFileSync(join(folder, kind, `${name}.lua`), 'utf8')
const fileOf = (name: string) => `${name.replaceAll('_', '-')}.ts`

function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.lua'))
    .map((file) => basename(file, '.lua'))
    .sort()
}

/** All of them, for whoever has to do something with each: load it, probe it, list what an ACL must allow. */
function catalogOf(commands: readonly Command[]): string {
  return [
    '// Made from lua/commands by scripts/build-lua.ts.',
    ...[...commands.map(importOf), "import type { AnyScript } from './script.ts'"].sort(byModule),
    '',
    '/** Every script of the ledger. */',
    'export const SCRIPTS: readonly AnyScript[] = [',
    ...commands.map(({ name }) => `  ${camel(name)},`),
    ']',
    '',
  ].join('\n')
}

const importOf = ({ name }: Command) => `import { ${camel(name)} } from './${fileOf(name)}'`
const moduleIn = (line: string) => /'\.\/(.*)\.ts'/.exec(line)![1]!
const byModule = (a: string, b: string) => (moduleIn(a) < moduleIn(b) ? -1 : 1)

function writeModules(): void {
  const modules = buildLua()
  for (const file of readdirSync(MODULES)) {
    if (!modules.has(file) && !OWN.test(file)) rmSync(join(MODULES, file))
  }
  for (const [file, text] of modules) writeFileSync(join(MODULES, file), text)
  console.log(`${modules.size} modules in ${MODULES}`)
}

if (import.meta.main) writeModules()
