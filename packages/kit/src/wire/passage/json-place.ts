import { StringDecoder } from 'node:string_decoder'

/** Looks for the value at one place of a JSON text as it passes, and keeps nothing else of it. */
export interface JsonPlace {
  push(bytes: Buffer): void
  /** A number, a text, true, false or null; undefined where there is none of these. Of a name that stands twice the last counts. */
  value(): unknown
}

/** An object or a list on the way to the place; in which field of it, or at which index, the text is. */
interface Level {
  readonly isList: boolean
  at: string | undefined
  index: number
}

/** Longer than any name or number that is looked for. */
const LONGEST_TOKEN = 256
const BLANK = /\s/

/** @param names The fields and indexes that lead to the value, from the outside. */
export function jsonPlace(names: readonly string[]): JsonPlace {
  const decoder = new StringDecoder('utf8')
  const way: Level[] = []
  /** Objects and lists that are open beside the way. */
  let beside = 0
  let text: 'none' | 'string' | 'escape' | 'word' = 'none'
  let token = ''
  let found: unknown

  const isHere = () => beside === 0 && way.at(-1)?.at === names[way.length - 1]
  const isThere = () => way.length === names.length && isHere()

  function open(isList: boolean): void {
    if (isHere()) found = undefined
    if (way.length > 0 && (!isHere() || way.length === names.length)) beside += 1
    else way.push({ isList, at: isList ? '0' : undefined, index: 0 })
  }

  function next(): void {
    const level = way.at(-1)
    if (beside > 0 || !level) return
    level.index += 1
    level.at = level.isList ? String(level.index) : undefined
  }

  function endToken(quote: '"' | ''): void {
    text = 'none'
    const level = way.at(-1)
    if (beside > 0 || !level) return
    if (level.isList || level.at !== undefined) {
      if (isHere()) found = isThere() ? readToken(quote + token + quote) : undefined
    } else level.at = String(readToken(quote + token + quote))
  }

  function take(character: string): void {
    if (text === 'escape') text = 'string'
    else if (text === 'string' && character === '"') return endToken('"')
    else if (text === 'string' && character === '\\') text = 'escape'
    if (text === 'string' || text === 'escape') {
      if (beside === 0 && token.length <= LONGEST_TOKEN) token += character
      return
    }
    const isWord = !/[[\]{},:"]/.test(character) && !BLANK.test(character)
    if (isWord) {
      token = text === 'word' ? token + (token.length <= LONGEST_TOKEN ? character : '') : character
      text = 'word'
      return
    }
    if (text === 'word') endToken('')
    if (character === '"') {
      text = 'string'
      token = ''
    } else if (character === '{' || character === '[') open(character === '[')
    else if (character === ',') next()
    else if (character === '}' || character === ']') {
      if (beside > 0) beside -= 1
      else way.pop()
    }
  }

  return {
    push(bytes) {
      for (const character of decoder.write(bytes)) take(character)
    },
    value: () => found,
  }
}

function readToken(token: string): unknown {
  try {
    return JSON.parse(token)
  } catch {
    return undefined
  }
}
