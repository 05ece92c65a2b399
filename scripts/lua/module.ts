import { createHash } from 'node:crypto'
import type { Command } from './check.ts'
import type { Entry, Reply } from './header.ts'

const WIDTH = 110

/** The TypeScript module of a command: what it is called with, what it answers, and its text. */
export function moduleOf({ name, place, header, text }: Command): string {
  const type = pascal(name)
  const single = (entries: readonly Entry[]) => entries.filter((entry) => !entry.repeated)
  const repeated = (entries: readonly Entry[]) => entries.filter((entry) => entry.repeated)
  const types = new Set(header.replies.flatMap(({ fields }) => fields.map((field) => pascal(field.type))))
  if (header.args.length > 0) types.add('Argument')
  types.add('Script')
  const lists = repeated(header.args).map(
    ({ name: list, fields }) =>
      `{ name: '${camel(list)}s', fields: [${fields.map((field) => `'${camel(field)}'`).join(', ')}] }`,
  )
  return [
    `// Made from lua/${place}/${name}.lua by scripts/build-lua.ts.`,
    "import { luaText } from './includes.ts'",
    ...wrapped('import type { ', [...types].sort(), " } from './script.ts'"),
    '',
    `export interface ${type}Keys {`,
    ...header.keys.map(keyLine),
    '}',
    '',
    `export interface ${type}Arguments {`,
    ...header.args.flatMap(argumentLines),
    '}',
    '',
    ...replyLines(type, header.replies),
    '',
    docOf(header.prose),
    `export const ${camel(name)}: Script<${type}Keys, ${type}Arguments, ${type}Reply> = {`,
    `  name: '${name}',`,
    `  sha1: '${createHash('sha1').update(text.whole).digest('hex')}',`,
    `  writes: ${!header.flags.includes('no-writes')},`,
    ...wrapped('  keys: [', single(header.keys).map(quoted), '],'),
    ...wrapped(
      '  keyLists: [',
      repeated(header.keys).map((entry) => `'${camel(entry.name)}s'`),
      '],',
    ),
    ...wrapped('  args: [', single(header.args).map(quoted), '],'),
    ...wrapped('  argLists: [', lists, '],'),
    '  lua: luaText(',
    `    '${text.shebang}',`,
    ...wrapped(
      '    [',
      [...text.includes.keys()].map((include) => `'${include}'`),
      '],',
    ),
    `    ${literal(text.body)},`,
    '  ),',
    '}',
    '',
  ].join('\n')
}

/** The functions that commands share, each once, and how a command is put together of them. */
export function includesModule(includes: ReadonlyMap<string, string>): string {
  const functions = [...includes].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    '// Made from lua/commands, which include these, by scripts/build-lua.ts.',
    '',
    'const INCLUDES = {',
    ...functions.map(([name, text]) => `  ${name}: ${literal(text)},`),
    '} as const',
    '',
    '/** A script as Redis gets it. */',
    'export function luaText(shebang: string, includes: readonly (keyof typeof INCLUDES)[], body: string): string {',
    "  return [shebang, ...includes.map((name) => INCLUDES[name]), body, ''].join('\\n')",
    '}',
    '',
  ].join('\n')
}

const literal = (text: string) => `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``

const quoted = ({ name }: Entry): string => `'${camel(name)}'`

function keyLine({ name, repeated, prose }: Entry): string {
  return (
    doc(prose) +
    (repeated ? `  readonly ${camel(name)}s: readonly string[]` : `  readonly ${camel(name)}: string`)
  )
}

function argumentLines({ name, repeated, fields, prose }: Entry): string {
  if (!repeated) return `${doc(prose)}  readonly ${camel(name)}: Argument`
  if (fields.length === 0) return `${doc(prose)}  readonly ${camel(name)}s: readonly Argument[]`
  const members = fields.map((field) => `    readonly ${camel(field)}: Argument`).join('\n')
  return `${doc(prose)}  readonly ${camel(name)}s: readonly {\n${members}\n  }[]`
}

function replyLines(type: string, replies: readonly Reply[]): string[] {
  const lines = replies.map(({ status, fields, prose }) => {
    const members = fields.map(({ name, type: of, many }) => {
      const one = pascal(of)
      return `${camel(name)}: ${many ? `readonly ${one}[]` : one}`
    })
    return doc(prose) + wrapped('  | readonly [', [`'${status}'`, ...members], ']').join('\n')
  })
  const one = `export type ${type}Reply = ${lines.map((line) => line.trim().replace(/^\| /, '')).join(' | ')}`
  return one.length <= WIDTH && !one.includes('/**') ? [one] : [`export type ${type}Reply =`, ...lines]
}

function doc(prose: string): string {
  if (!prose) return ''
  const text = prose[0]!.toUpperCase() + prose.slice(1)
  return `  /** ${text.replace(/[^.!?)'*]$/, '$&.')} */\n`
}

function docOf(prose: string): string {
  const lines = prose.split('\n').map((line) => ` * ${line}`.trimEnd())
  return ['/**', ...lines, ' */'].join('\n')
}

/** On one line when it fits, else one item a line: as the formatter would have it. */
export function wrapped(start: string, items: readonly string[], end: string): string[] {
  const one = start + items.join(', ') + end
  const objects = items.filter((item) => item.startsWith('{')).length
  if (one.length <= WIDTH && objects < 2) return [one]
  const indent = /^ *(?:\| )?/.exec(start)![0].replace('| ', '  ')
  return [start.trimEnd(), ...items.map((item) => `${indent}  ${item},`), `${indent}${end.trimStart()}`]
}

export function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function pascal(name: string): string {
  return camel(`_${name}`)
}
