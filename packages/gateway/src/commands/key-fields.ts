import { type Args, textOf, textsOf, UsageError, type World } from './command.ts'
import { durationOf } from './duration-option.ts'

/** The options that say whose a key is and what it is confined to, with how help explains them. */
export const KEY_FIELD_OPTIONS = {
  team: { type: 'string' },
  project: { type: 'string' },
  user: { type: 'string' },
  label: { type: 'string' },
  expires: { type: 'string' },
  model: { type: 'string', multiple: true },
  endpoint: { type: 'string', multiple: true },
  address: { type: 'string', multiple: true },
  origin: { type: 'string', multiple: true },
  'max-cost': { type: 'string' },
} as const

export const KEY_FIELD_USAGE: readonly string[] = [
  '--team T         the team it belongs to',
  '--project P      the project',
  '--user U         the user',
  '--label L        what people call it',
  '--expires 30d    refuse it after so long',
  '--model M        confine it to models: gpt-4o-mini, claude-haiku-*; may be given again, as the next three',
  '--endpoint E     confine it to endpoints: text, images …',
  '--address A      confine it to addresses and networks: 10.0.0.0/8',
  '--origin O       confine it to what browsers name as Origin: https://app.example.com',
  '--max-cost 0.25  confine it to requests that cost at most so many USD',
]

const SCOPES = {
  model: 'models',
  endpoint: 'endpoints',
  address: 'addresses',
  origin: 'origins',
} as const

/** What was said of a key, as the admin API has it. @throws UsageError when an option says nothing that can be meant. */
export function keyFields(args: Args, { nowMs }: World): Record<string, unknown> {
  const named = (['team', 'project', 'user', 'label'] as const).map((field) => [field, textOf(args, field)])
  const lists = Object.entries(SCOPES).map(([option, scope]) => {
    const texts = textsOf(args, option)
    return [scope, texts.length > 0 ? texts : undefined] as const
  })
  const scopes = given([...lists, ['max_cost_usd', textOf(args, 'max-cost')]])
  return given([
    ...(named as [string, unknown][]),
    ['expires_at', expiry(args, nowMs())],
    ['scopes', Object.keys(scopes).length > 0 ? scopes : undefined],
  ])
}

const given = (fields: readonly (readonly [string, unknown])[]): Record<string, unknown> =>
  Object.fromEntries(fields.filter(([, value]) => value !== undefined))

function expiry(args: Args, nowMs: number): string | undefined {
  const lifeMs = durationOf(args, 'expires')
  if (lifeMs === undefined) return undefined
  if (lifeMs === 0) throw new UsageError('--expires is over at once: write 12h or 30d')
  return new Date(nowMs + lifeMs).toISOString()
}
