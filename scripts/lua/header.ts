/** What the header of a command says: its contract. */
export interface Header {
  readonly flags: readonly string[]
  /** Why there is such a command, and what it promises. */
  readonly prose: string
  readonly keys: readonly Entry[]
  readonly args: readonly Entry[]
  readonly replies: readonly Reply[]
  readonly includes: readonly string[]
}

/** A key or an argument. */
export interface Entry {
  /** Its place, from 1; that of the first where there may be several; absent where that depends on those before it. */
  readonly place?: number
  readonly name: string
  readonly repeated: boolean
  /** Of each, where several arguments belong together. */
  readonly fields: readonly string[]
  readonly prose: string
}

export interface Reply {
  readonly status: string
  readonly fields: readonly { readonly name: string; readonly type: string; readonly many: '' | '*' | '?' }[]
  readonly prose: string
}

const ENTRY = /^(?:(\d+)(\+)?|\+)\s+([a-z_]+)(\*)?(?:\(([a-z_ ]+)\))?(?:\s+(.*))?$/
const REPLY = /^([a-z_]+)((?: +[a-z_]+:[a-z]+[*?]?(?= |$))*)(?: +(.*))?$/

/** Read the comment at the top of a command. @throws Error that names the line which is not as it has to be. */
export function readHeader(name: string, source: string): Header {
  const [first = '', ...rest] = source.split('\n')
  const flags = /^#!lua(?: flags=([a-z,-]+))?$/.exec(first)
  if (!flags) throw new Error(`${name}: the first line states the flags: #!lua, or #!lua flags=…`)
  const lines = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('--')),
  )
  const parts: Record<string, string[]> = { prose: [], KEYS: [], ARGV: [], REPLY: [], includes: [] }
  let part = 'prose'
  for (const line of lines.map((one) => one.slice(3))) {
    const label = /^(KEYS|ARGV|REPLY)(?= )/.exec(line)?.[1]
    if (line.startsWith('@include ')) parts.includes!.push(line.slice(9))
    else if (label) {
      part = label
      parts[part]!.push(line.slice(label.length).trim())
    } else if (part === 'prose') parts.prose!.push(line)
    else if (/^ {16,}\S/.test(line)) parts[part]![parts[part]!.length - 1] += ` ${line.trim()}`
    else if (line.trim()) parts[part]!.push(line.trim())
  }
  return {
    flags: flags[1]?.split(',') ?? [],
    prose: parts.prose!.join('\n').trim(),
    keys: parts.KEYS!.map((line) => readEntry(name, line)),
    args: parts.ARGV!.map((line) => readEntry(name, line)),
    replies: parts.REPLY!.map((line) => readReply(name, line)),
    includes: parts.includes!,
  }
}

function readEntry(command: string, line: string): Entry {
  const [match, place, open, name, star, fields, prose = ''] = ENTRY.exec(line) ?? []
  if (!match) throw new Error(`${command}: "${line}" is not a key or an argument`)
  return {
    ...(place && { place: Number(place) }),
    name: name!,
    repeated: open !== undefined || star !== undefined || place === undefined,
    fields: fields?.split(' ') ?? [],
    prose: prose.trim(),
  }
}

function readReply(command: string, line: string): Reply {
  const [match, status, fields = '', prose = ''] = REPLY.exec(line) ?? []
  if (!match) throw new Error(`${command}: "${line}" is not a reply`)
  const read = fields.trim().split(/ +/).filter(Boolean)
  return {
    status: status!,
    fields: read.map((field) => {
      const [, name, type, many] = /^(\w+):([a-z]+)([*?]?)$/.exec(field)!
      return { name: name!, type: type!, many: many as '' | '*' | '?' }
    }),
    prose: prose.trim(),
  }
}
