import { type Args, textOf, textsOf, UsageError, type World } from './command.ts'
import { durationOf } from './duration-option.ts'

/** The options that say whose a key is and what it is confined to, with how help explains them. */
export const KEY_FIELD_OPTIONS = {
  team: { type: 'string' },
  project: { type: 'string' },
  user: { type: 'string' },
  tier: { type: 'string' },
  label: { type: 'string' },
  expires: { type: 'string' },
  model: { type: 'string', multiple: true },
  endpoint: { type: 'string', multiple: true },
  address: { type: 'string', multiple: true },
  origin: { type: 'string', multiple: true },
  'max-cost': { type: 'string' },
  rpm: { type: 'string' },
  tpm: { type: 'string' },
  concurrency: { type: 'string' },
} as const

export const KEY_FIELD_USAGE: readonly string[] = [
  '--team T         the team it belongs to',
  '--project P      the project',
  '--user U         the user',
  '--tier T         its tier, in place of the tier of whom it belongs to',
  '--label L        what people call it',
  '--expires 30d    refuse it after so long',
  '--model M        confine it to models: gpt-4o-mini, claude-haiku-*; may be given again, as the next three',
  '--endpoint E     confine it to endpoints: text, images …',
  '--address A      confine it to addresses and networks: 10.0.0.0/8',
  '--origin O       confine it to what browsers name as Origin: https://app.example.com',
  '--max-cost 0.25  confine it to requests that cost at most so many USD',
  '--rpm 60         confine it to so many requests a minute',
  '--tpm 20000      … tokens a minute',
  '--concurrency 4  … requests at a time',
]

const SCOPES = {
  model: 'models',
  endpoint: 'endpoints',
  address: 'addresses',
  origin: 'origins',
} as const

/** What was said of a key, as the admin API has it. @throws UsageError when an option says nothing that can be meant. */
export function keyFields(args: Args, { nowMs }: World): Record<string, unknown> {
  const named = (['team', 'project', 'user', 'tier', 'label'] as const).map((field) => [
    field,
    textOf(args, field),
  ])
  const lists = Object.entries(SCOPES).map(([option, scope]) => {
    const texts = textsOf(args, option)
    return [scope, texts.length > 0 ? texts : undefined] as const
  })
  const rates = given(RATES.map((rate) => [rate, countOf(args, rate)]))
  const scopes = given([
    ...lists,
    ['max_cost_usd', textOf(args, 'max-cost')],
    ['rates', Object.keys(rates).length > 0 ? rates : undefined],
  ])
  return given([
    ...(named as [string, unknown][]),
    ['expires_at', expiry(args, nowMs())],
    ['scopes', Object.keys(scopes).length > 0 ? scopes : undefined],
  ])
}

const RATES = ['rpm', 'tpm', 'concurrency'] as const

function countOf(args: Args, option: string): number | undefined {
  const text = textOf(args, option)
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`--${option} ${text} must be a whole number from 1 on`)
}

const given = (fields: readonly (readonly [string, unknown])[]): Record<string, unknown> =>
  Object.fromEntries(fields.filter(([, value]) => value !== undefined))

function expiry(args: Args, nowMs: number): string | undefined {
  const lifeMs = durationOf(args, 'expires')
  if (lifeMs === undefined) return undefined
  if (lifeMs === 0) throw new UsageError('--expires is over at once: write 12h or 30d')
  return new Date(nowMs + lifeMs).toISOString()
}
