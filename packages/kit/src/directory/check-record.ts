import { isObject } from '../core/json-object.ts'
import { RECORD_KINDS, type RecordKind, type Records } from './records.ts'

const MAX_LENGTH = 256
const MAX_ENTRIES = 1000
/** Characters of a whole record as JSON. */
const MAX_SIZE = 65_536

/** What a field of a record may hold, and how to say so. */
interface Field<Optional extends boolean = boolean> {
  readonly is: (value: unknown) => boolean
  readonly must: string
  readonly optional: Optional
}

type Fields<T> = { readonly [Name in keyof Required<T>]: Field<undefined extends T[Name] ? true : false> }

const field = (must: string, is: Field['is']): Field<false> => ({ is, must, optional: false })
const maybe = ({ is, must }: Field): Field<true> => ({ is, must, optional: true })
const oneOf = (...words: readonly string[]): Field<false> =>
  field(`be one of ${words.join(', ')}`, (value) => words.includes(value as string))
const objectOf = (fields: Readonly<Record<string, Field>>): Field<false> =>
  field(
    `have ${Object.keys(fields).join(', ')} as they must be`,
    (value) => isObject(value) && faultIn(value, fields) === undefined,
  )

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_LENGTH && !/\p{Cc}/u.test(value)
const text = field(`be a text of 1 to ${MAX_LENGTH} characters`, isText)
const prose = field(
  'be a text of 1 to 4096 characters',
  (value) => typeof value === 'string' && value !== '' && value.length <= 4096,
)
const texts = field(
  `be a list of at most ${MAX_ENTRIES} texts of 1 to ${MAX_LENGTH} characters`,
  (value) => Array.isArray(value) && value.length <= MAX_ENTRIES && value.every(isText),
)
const flag = field('be true or false', (value) => typeof value === 'boolean')
const whole = field(
  'be a whole number from 0 on',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
)
const rank = field('be a whole number', (value) => Number.isSafeInteger(value))
const role = oneOf('viewer', 'team-lead', 'director', 'admin')

const rates = objectOf({ rpm: maybe(whole), tpm: maybe(whole), concurrency: maybe(whole) })

const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'total']
const budget = objectOf({
  limit_usd: maybe(text),
  limit_tokens: maybe(whole),
  limit_requests: maybe(whole),
  period: oneOf(...PERIODS),
  mode: maybe(oneOf('hard', 'soft')),
})
const budgets = field(
  'be a list of budgets',
  (value) => Array.isArray(value) && value.length <= MAX_ENTRIES && value.every(budget.is),
)

const wanted = {
  models: maybe(texts),
  tier: maybe(text),
  raise: maybe(objectOf({ budget: text, nanoUsd: whole })),
  rates: maybe(rates),
}
const decision = objectOf({ by: text, atMs: whole, reason: maybe(prose), grant: maybe(text) })

const FIELDS: { readonly [Kind in RecordKind]: Fields<Records[Kind]> } = {
  org: { label: maybe(text), tier: maybe(text) },
  team: {
    label: maybe(text),
    tier: maybe(text),
    costCenter: maybe(text),
    projectRequired: maybe(flag),
    leads: maybe(texts),
  },
  project: { label: maybe(text), team: maybe(text), tier: maybe(text) },
  user: { label: maybe(text), team: maybe(text), tier: maybe(text), role: maybe(role) },
  tier: {
    label: maybe(text),
    models: texts,
    endpoints: maybe(texts),
    approval: maybe(oneOf('none', 'viewer', 'team-lead', 'director', 'admin')),
    rank,
    caps: maybe(
      objectOf({ maxInputTokens: maybe(whole), maxOutputTokens: maybe(whole), maxCostNanoUsd: maybe(whole) }),
    ),
    rates: maybe(rates),
    budgets: maybe(budgets),
  },
  access_request: {
    ...wanted,
    account: text,
    by: text,
    user: maybe(text),
    reason: prose,
    askedAtMs: whole,
    lastsMs: whole,
    state: oneOf('open', 'approved', 'denied', 'withdrawn'),
    decided: maybe(decision),
  },
  grant: {
    ...wanted,
    account: text,
    approvedBy: text,
    reason: prose,
    fromMs: whole,
    untilMs: whole,
    request: maybe(text),
    revoked: maybe(decision),
  },
  budgets: { budgets },
}

export interface CheckedRecord {
  readonly kind: RecordKind
  readonly org: string
  readonly id: string
  readonly value: unknown
}

/** Every directory holds its records to this before it keeps one. @throws RangeError with the field that is wrong. */
export function checkRecord({ kind, org, id, value }: CheckedRecord): void {
  if (!RECORD_KINDS.includes(kind)) throw new RangeError(`"${kind}" is no kind of record`)
  if (!isText(org) || !isText(id)) throw new RangeError(`${kind}: its org and its id must each ${text.must}`)
  const fault =
    faultIn(value, FIELDS[kind]) ??
    (kind === 'org' && org !== id ? 'an org is kept under its own name' : undefined) ??
    (JSON.stringify(value).length > MAX_SIZE ? `it has more than ${MAX_SIZE} characters` : undefined)
  if (fault !== undefined) throw new RangeError(`${kind} ${id}: ${fault}`)
}

function faultIn(value: unknown, fields: Readonly<Record<string, Field>>): string | undefined {
  if (!isObject(value)) return 'it must be an object'
  const stranger = Object.keys(value).find((name) => !Object.hasOwn(fields, name))
  if (stranger !== undefined) return `there is no field ${stranger}`
  for (const [name, { is, must, optional }] of Object.entries(fields)) {
    const there = value[name] !== undefined
    if (there ? !is(value[name]) : !optional) return `${name} must ${must}`
  }
  return undefined
}
