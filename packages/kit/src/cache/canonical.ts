import { BACKSLASH, COLON, QUOTE } from '../core/json-marks.ts'
import { isObject } from '../core/json-object.ts'

/** A JSON value in the one text that all its spellings have: fields in order of their names, and no space. */
export interface Canonical {
  readonly text: string
  /** How many fields all objects in it have together. */
  readonly fields: number
  /** A number stands in it that a double does not hold: another one would have the same text. */
  readonly rounded: boolean
}

/**
 * Write a value canonically. Nothing is filled in and nothing trimmed: what is absent is not what is said outright.
 *
 * @param without fields of the object itself that are left out, and counted all the same.
 */
export function canonical(value: unknown, without: ReadonlySet<string> = NONE): Canonical {
  let fields = 0
  let rounded = false

  const write = (value: unknown): string => {
    if (typeof value === 'string') return JSON.stringify(value)
    if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
    if (isObject(value)) return writeObject(value)
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) rounded = true
    return JSON.stringify(value)
  }
  const writeObject = (object: Readonly<Record<string, unknown>>): string => {
    let text = ''
    for (const name of Object.keys(object).sort()) {
      fields += 1
      text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${write(object[name])}`
    }
    return `{${text}}`
  }

  if (!isObject(value) || without.size === 0) return { text: write(value), fields, rounded }
  // Without a prototype, whatever a field is called.
  const kept: Record<string, unknown> = Object.create(null)
  for (const name of Object.keys(value)) {
    if (!without.has(name)) kept[name] = value[name]
    else {
      fields += 1
      write(value[name])
    }
  }
  return { text: writeObject(kept), fields, rounded }
}

const NONE: ReadonlySet<string> = new Set()

/**
 * How many fields the objects of a JSON text have together, those that are given twice counted twice. A parser keeps one
 * of them, and a provider's may keep the other: what it answers then is no answer to what we have read.
 */
export function fieldsIn(text: string): number {
  let fields = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    at = endOfString(text, at)
    while (text.charCodeAt(at) <= 0x20) at += 1
    if (text.charCodeAt(at) === COLON) fields += 1
  }
  return fields
}

/** The position after the string that begins at `start`; the text is known to be JSON. */
function endOfString(text: string, start: number): number {
  let at = start
  do {
    at = text.indexOf('"', at + 1)
  } while (at !== -1 && isEscaped(text, at))
  return at === -1 ? text.length : at + 1
}

function isEscaped(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== QUOTE) return false
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1
  return backslashes % 2 === 1
}
