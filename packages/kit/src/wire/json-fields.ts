import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../core/json-marks.ts'

/** Where the value of a top-level field stands in a JSON text: [start, end). */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface Fields {
  readonly spans: ReadonlyMap<string, Span>
  /** Names that occur more than once: two parsers may disagree about which one counts. */
  readonly duplicates: ReadonlySet<string>
  /** Where the object's closing brace stands. */
  readonly end: number
}

/** Deeper than any request or answer; a parser that goes on for millions of levels stands still for seconds. */
export const MAX_DEPTH = 128
/** More fields than any request has. */
const MAX_FIELDS = 1_000

/**
 * Find the top-level fields of a JSON object in its own text, so that single values can be read or replaced without
 * parsing or re-serializing the rest. Strings, which are most of it, are jumped over. It checks no more than it needs:
 * whether the text is JSON is for a parser to say, which is safe to ask afterwards.
 *
 * @throws SyntaxError when the text is no object, or has more levels or fields than a parser should be given.
 */
export function scanFields(text: string): Fields {
  const spans = new Map<string, Span>()
  const duplicates = new Set<string>()
  let at = skipSpace(text, expect(text, skipSpace(text, 0), OPEN_BRACE))
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at)
    const key = stringAt(text, at, keyEnd)
    const start = skipSpace(text, expect(text, skipSpace(text, keyEnd), COLON))
    const end = valueEnd(text, start)
    if (spans.has(key)) duplicates.add(key)
    spans.set(key, { start, end })
    if (spans.size > MAX_FIELDS) throw new SyntaxError(`More than ${MAX_FIELDS} fields`)
    at = skipSpace(text, end)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return { spans, duplicates, end: expect(text, at, CLOSE_BRACE) - 1 }
}

/** The string whose text, quotes included, is [start, end). Names of fields hardly ever have escapes. */
export function stringAt(text: string, start: number, end: number): string {
  const inside = text.slice(start + 1, end - 1)
  return inside.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : inside
}

function expect(text: string, at: number, code: number): number {
  if (text.charCodeAt(at) !== code) throw new SyntaxError(`Not a JSON object: position ${at}`)
  return at + 1
}

function skipSpace(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; ) {
    at += 1
    code = text.charCodeAt(at)
  }
  return at
}

/** The position after the string that begins at `start`. */
export function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return at + 1
  }
  throw new SyntaxError('Not a JSON object: a string has no end')
}

/** The position after the value that begins at `start`. */
export function valueEnd(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return endOfString(text, start)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(text, start)
  let at = start
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= 0x20) break
  }
  return at
}

function endOfNested(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at) - 1
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1
      if (depth > MAX_DEPTH) throw new SyntaxError(`More than ${MAX_DEPTH} levels`)
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  throw new SyntaxError('Not a JSON object: an object or array has no end')
}

/**
 * Replace or add top-level fields in a JSON text; everything else keeps its own bytes.
 *
 * @param edits Field names, each with its new value; undefined for a field that is to go.
 */
export function spliceFields(
  text: string,
  fields: Fields,
  edits: readonly (readonly [name: string, value: unknown])[],
): string {
  if (edits.every(([, value]) => value !== undefined)) return replaceFields(text, fields, edits)
  const gone = new Set(edits.flatMap(([name, value]) => (value === undefined ? name : [])))
  const kept = edits.filter(([name]) => !gone.has(name))
  if (![...gone].some((name) => fields.spans.has(name))) return replaceFields(text, fields, kept)
  const rest = withoutFields(text, fields, gone)
  return replaceFields(rest, scanFields(rest), kept)
}

/** The object without some of its fields; the values of all others keep their bytes. */
function withoutFields(text: string, { spans }: Fields, gone: ReadonlySet<string>): string {
  const rest = [...spans].filter(([name]) => !gone.has(name))
  const written = rest.map(([name, { start, end }]) => `${JSON.stringify(name)}:${text.slice(start, end)}`)
  return `{${written.join(',')}}`
}

function replaceFields(
  text: string,
  fields: Fields,
  edits: readonly (readonly [name: string, value: unknown])[],
): string {
  const replaced: { readonly span: Span; readonly value: string }[] = []
  const added: string[] = []
  for (const [name, edit] of edits) {
    const value = JSON.stringify(edit)
    const span = fields.spans.get(name)
    if (span) replaced.push({ span, value })
    else added.push(`${JSON.stringify(name)}:${value}`)
  }
  replaced.sort((a, b) => a.span.start - b.span.start)
  let out = ''
  let at = 0
  for (const { span, value } of replaced) {
    out += text.slice(at, span.start) + value
    at = span.end
  }
  if (added.length === 0) return out + text.slice(at)
  const comma = fields.spans.size > 0 ? ',' : ''
  return `${out}${text.slice(at, fields.end)}${comma}${added.join(',')}${text.slice(fields.end)}`
}
