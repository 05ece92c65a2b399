import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Command, faultsOf, faultsOfInclude } from './lua/check.ts'
import { readHeader } from './lua/header.ts'
import { camel, includesModule, moduleOf, wrapped } from './lua/module.ts'
import { resolve } from './lua/text.ts'

export const LUA: string = join(import.meta.dirname, '../packages/kit/lua')
const SOURCES = join(import.meta.dirname, '../packages/kit/src')

/** Whose scripts there are, by where their commands are; the functions that they include are one folder for all. */
const ROOMS = {
  ledger: 'commands',
  limits: 'commands/limits',
  directory: 'commands/directory',
  cache: 'commands/cache',
  owners: 'commands/owners',
} as const
type Room = keyof typeof ROOMS

/** What is in the modules' folder besides them. */
const OWN = /^script\.ts$|\.test\.ts$|^support$/

/**
 * Make the TypeScript modules of all commands of a room: file name → text.
 *
 * @throws Error that lists every place where a header and its body differ, in any room.
 */
export function buildLua(folder: string = LUA, room: Room = 'ledger'): Map<string, string> {
  const all = Object.values(ROOMS).flatMap((place) => commandsIn(folder, place))
  const includes = namesIn(join(folder, 'includes'))
  const usedAnywhere = includedBy(all)
  const faults = [
    ...all.flatMap(faultsOf),
    ...includes.flatMap((name) => faultsOfInclude(name, read(folder, 'includes', name))),
    ...includes.filter((name) => !usedAnywhere.has(name)).map((name) => `includes/${name} is not used`),
  ]
  if (faults.length > 0) throw new Error(`The Lua core is not as it says:\n${faults.join('\n')}`)
  const commands = commandsIn(folder, ROOMS[room])
  return new Map([
    ...commands.map((command) => [fileOf(command.name), moduleOf(command)] as const),
    ['includes.ts', includesModule(includedBy(commands))],
    ['catalog.ts', catalogOf(room, commands)],
  ])
}

function commandsIn(folder: string, place: string): Command[] {
  return namesIn(join(folder, place)).map((name) => {
    const source = read(folder, place, name)
    return {
      name,
      place,
      source,
      header: readHeader(name, source),
      text: resolve(folder, name, source),
    }
  })
}

const includedBy = (commands: readonly Command[]) =>
  new Map(commands.flatMap(({ text }) => [...text.includes]))

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
function catalogOf(room: Room, commands: readonly Command[]): string {
  return [
    `// Made from lua/${ROOMS[room]} by scripts/build-lua.ts.`,
    ...[...commands.map(importOf), "import type { AnyScript } from './script.ts'"].sort(byModule),
    '',
    `/** Every script of the ${room}. */`,
    ...wrapped(
      'export const SCRIPTS: readonly AnyScript[] = [',
      commands.map(({ name }) => camel(name)),
      ']',
    ),
    '',
  ].join('\n')
}

const importOf = ({ name }: Command) => `import { ${camel(name)} } from './${fileOf(name)}'`
const moduleIn = (line: string) => /'\.\/(.*)\.ts'/.exec(line)![1]!
const byModule = (a: string, b: string) => (moduleIn(a) < moduleIn(b) ? -1 : 1)

function writeModules(room: Room): void {
  const modules = buildLua(LUA, room)
  const folder = join(SOURCES, room, 'redis/scripts')
  for (const file of readdirSync(folder)) {
    if (!modules.has(file) && !OWN.test(file)) rmSync(join(folder, file))
  }
  for (const [file, text] of modules) writeFileSync(join(folder, file), text)
  console.log(`${modules.size} modules in ${folder}`)
}

if (import.meta.main) for (const room of Object.keys(ROOMS) as Room[]) writeModules(room)
