import type { Entry, Header } from './header.ts'
import { includesOf, type LuaText, withoutComments } from './text.ts'

/** Numbers become text by `string.format`, and by nothing that rounds them. */
const ROUNDING = /\b(?:cjson|cmsgpack|tostring|INCRBYFLOAT|HINCRBYFLOAT)\b/
/** All of a call up to the end of its first argument behind the command's name, which is where a key is. */
const CALLS = /redis\.call\(\s*'(\w+)'(?:\s*,\s*([^,)]+))?/g
const KEYLESS = new Set(['TIME', 'INFO'])

export interface Command {
  readonly name: string
  /** The folder that its file is in. */
  readonly place: string
  readonly source: string
  readonly header: Header
  readonly text: LuaText
}

/** What is wrong with a command: every difference between what its header says and what its body does. */
export function faultsOf(command: Command): string[] {
  const { name, source, header, text } = command
  return [
    ...placesOf('KEYS', header.keys, text.body),
    ...placesOf('ARGV', header.args, text.body),
    ...repliesOf(header, text.body, text.whole),
    ...includesIn(source, text.body),
    ...rulesOf(text.whole),
  ].map((fault) => `${name}: ${fault}`)
}

/** What is wrong with an include: one function, named after its file, that sees nothing but what it is given. */
export function faultsOfInclude(name: string, source: string): string[] {
  const body = withoutComments(source)
  const faults = [...includesIn(source, body), ...rulesOf(body)]
  if (!body.startsWith(`local function ${name}(`) || !body.endsWith('\nend')) {
    faults.push('it is one function, of the same name')
  }
  if (/^(?:local|function|return)\b/m.test(body.split('\n').slice(1).join('\n'))) {
    faults.push('it holds more than one function')
  }
  if (/\b(?:KEYS|ARGV)\b/.test(body)) faults.push('KEYS and ARGV are read in commands only')
  return faults.map((fault) => `includes/${name}: ${fault}`)
}

function placesOf(list: 'KEYS' | 'ARGV', entries: readonly Entry[], body: string): string[] {
  const faults: string[] = []
  const single = entries.filter(({ repeated }) => !repeated)
  single.forEach(({ place }, at) => {
    if (place !== at + 1) faults.push(`${list} ${place} is in the place of ${at + 1}`)
  })
  const used = new Set(
    [...body.matchAll(new RegExp(`\\b${list}\\[(\\d+)\\]`, 'g'))].map(([, at]) => Number(at)),
  )
  for (const { place, name } of single) {
    if (!used.has(place!)) faults.push(`${list}[${place}] (${name}) is declared and not used`)
  }
  for (const at of used) if (at > single.length) faults.push(`${list}[${at}] is used and not declared`)
  const repeated = entries.find((entry) => entry.repeated)
  if (repeated && repeated.place !== single.length + 1)
    faults.push(`${list} ${repeated.name} starts elsewhere`)
  const readsMany = new RegExp(`\\b${list}(?:\\[[^\\]]*[a-z]|,|\\))`).test(body.replaceAll(`#${list}`, ''))
  if (readsMany !== (repeated !== undefined)) {
    faults.push(repeated ? `${list} ${repeated.name} is declared and not used` : `${list} is used as a list`)
  }
  return faults
}

function repliesOf({ replies }: Header, body: string, text: string): string[] {
  const statuses = replies.map(({ status }) => status)
  const declared = new Set(statuses)
  const returned = [...text.matchAll(/return (?:nil, )?\{ '(\w+)'/g)].map(([, status]) => status!)
  const inBody = [...body.matchAll(/return (?:nil, )?\{ '(\w+)'/g)].map(([, status]) => status!)
  return [
    ...statuses
      .filter((status, at) => statuses.indexOf(status) !== at)
      .map((status) => `declares ${status} twice`),
    ...[...declared]
      .filter((status) => !text.includes(`'${status}'`))
      .map((status) => `never answers ${status}`),
    ...[...new Set([...returned, ...inBody])]
      .filter((status) => !declared.has(status))
      .map((status) => `answers ${status}, which is not declared`),
  ]
}

function includesIn(source: string, body: string): string[] {
  const named = includesOf(source)
  const called = new Set([...body.matchAll(/(?<![.\w])([a-z]\w*)\(/g)].map(([, callee]) => callee!))
  const sorted = named.toSorted()
  return [
    ...named
      .filter((one) => !new RegExp(`\\b${one}\\b`).test(body))
      .map((one) => `includes ${one} and does not use it`),
    ...[...called]
      .filter((one) => !named.includes(one) && !LUA.has(one) && !isLocal(one, body))
      .map((one) => `calls ${one} and does not include it`),
    ...(named.join() === sorted.join() ? [] : ['includes are in alphabetical order']),
  ]
}

/** A function's own name, a parameter, a local variable. */
function isLocal(name: string, body: string): boolean {
  return new RegExp(`\\blocal (?:function )?${name}\\b|^local function \\w+\\([^)]*\\b${name}\\b`).test(body)
}

const LUA = new Set(
  'and assert function if in ipairs next not or return setmetatable tonumber unpack while'.split(' '),
)

function rulesOf(text: string): string[] {
  const faults: string[] = []
  const rounding = ROUNDING.exec(text)
  if (rounding) faults.push(`${rounding[0]} rounds numbers above 14 digits`)
  for (const [, command, key = ''] of text.matchAll(CALLS)) {
    if (!KEYLESS.has(command!) && !/^[\w.]+(?:\[[^\]]+\])?$/.test(key.trim())) {
      faults.push(`${command} ${key.trim()}: keys are given, never made`)
    }
  }
  return faults
}
