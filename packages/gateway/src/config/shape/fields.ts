import { z } from 'zod'
import { hint, listed } from '../nearest.ts'
import type { Path } from '../problem.ts'

/** What is wrong with a value; it is given the value as the file shows it, never what a variable holds. */
export type Sentence = (shown: string) => string

/** What a reader answers to a value that it does not take. */
export class Wrong {
  readonly sentence: Sentence
  constructor(sentence: Sentence) {
    this.sentence = sentence
  }
}

/** Names that a later version will know, with what to do until then. */
export type Later = Readonly<Record<string, string>>

/** Names of what is kept elsewhere than in the file, with where. */
export type Elsewhere = Readonly<Record<string, string>>

/**
 * A mapping with these fields and no others. What is misspelt is told its right name; what is kept elsewhere, or is not there
 * yet, is refused by name.
 */
export function fields<Shape extends z.ZodRawShape>(
  shape: Shape,
  later: Later = {},
  elsewhere: Elsewhere = {},
): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape)
  const sayUnknown = (name: string) => {
    if (Object.hasOwn(elsewhere, name)) return `is not stated here: ${elsewhere[name]}`
    return Object.hasOwn(later, name) ? notYet(later[name]!) : `is not a field: ${hint(name, known)}`
  }
  // A sentence a field, one a line: zod makes one issue of them all.
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? (issue.keys as string[]).map(sayUnknown).join('\n') : undefined,
  })
}

/** One text, number or boolean, read from its text; `must` is said of anything else. */
export function leaf<T>(read: (text: string) => T | Wrong, must = 'must be a single value'): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    if (value === undefined) return complain(context, () => 'is missing')
    if (typeof value === 'object') return complain(context, () => `${must}, not ${kindOf(value)}`)
    const result = read(String(value))
    return result instanceof Wrong ? complain(context, result.sentence) : result
  })
}

/** One of these words. */
export function choice<T>(words: Readonly<Record<string, T>>, later: Later = {}): z.ZodType<T> {
  const must = `must be ${listed(Object.keys(words))}`
  return leaf((text) => {
    if (Object.hasOwn(words, text)) return words[text]!
    if (Object.hasOwn(later, text)) return new Wrong((shown) => `${shown} ${notYet(later[text]!)}`)
    return new Wrong((shown) => `${must}, not ${shown}`)
  }, must)
}

/** Text and nothing else: a number in its place is a pair of quotes forgotten. */
export function text(check: (text: string) => Wrong | undefined = () => undefined): z.ZodType<string> {
  return z.string().transform((value, context) => {
    const wrong = value.trim() === '' ? new Wrong(() => 'must not be empty') : check(value)
    return wrong ? complain(context, wrong.sentence) : value
  })
}

/** Add a problem to what zod has found, at a place under the value in hand. */
export function complain(context: z.core.$RefinementCtx, sentence: Sentence, path: Path = []): never {
  context.issues.push({ code: 'custom', input: context.value, path: [...path], params: { sentence } })
  return z.NEVER
}

/** What zod found, in the house's words. */
export function sayIssue(issue: z.core.$ZodRawIssue, shown: string): string {
  if (issue.code === 'custom') return (issue.params as { sentence: Sentence }).sentence(shown)
  if (issue.code === 'too_small') return 'must not be empty'
  if (issue.code !== 'invalid_type') return `is not right (${issue.code})`
  if (issue.input === undefined) return 'is missing'
  const cure = issue.expected === 'string' && typeof issue.input !== 'object' ? ' (put it in quotes)' : ''
  return `must be ${KINDS[issue.expected as string] ?? issue.expected}, not ${kindOf(issue.input)}${cure}`
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a mapping of fields to values',
  record: 'a mapping of names to values',
  array: 'a list',
  string: 'text',
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return 'text'
  return typeof value === 'number' ? 'a number' : 'true or false'
}

function notYet(untilThen: string): string {
  return `is not there yet: ${untilThen}`
}
