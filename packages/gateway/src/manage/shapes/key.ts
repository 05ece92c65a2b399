import type { KeyOwner, KeyScopes, KeySummary } from '@tollgate/kit/directory'
import { z } from 'zod'
import { count, id, instant, label, modelPatternText, usd, word } from '../leaves.ts'
import { present, type Shape, shapeOf } from '../shape.ts'

/** What may be said of a key, and changed. */
export type KeyFields = Omit<KeyOwner, 'org'> & { readonly expiresAtMs?: number }

const list = (item: z.ZodString) => z.array(item).min(1).max(100).optional()

const scopes = z.strictObject({
  models: list(modelPatternText).describe('Patterns over canonical model names.'),
  endpoints: list(word).describe('Endpoint classes; `text` is chat, completions and embeddings.'),
  addresses: list(word).describe('Addresses and networks that it may come from: `10.0.0.0/8`.'),
  origins: list(word).describe('What a browser may name as `Origin`: `https://app.example.com`.'),
  max_cost_usd: usd.optional().describe('What one request may cost at the worst.'),
  rates: z
    .strictObject({ rpm: count.optional(), tpm: count.optional(), concurrency: count.optional() })
    .optional()
    .describe('How fast it may go at the most.'),
})

export const keyShape: Shape<KeyFields> = shapeOf(
  {
    label: label.optional().describe('Free text for people.'),
    team: id.optional(),
    project: id.optional(),
    user: id.optional(),
    tier: id.optional().describe('In place of the tier of whom it belongs to.'),
    tags: z
      .record(z.string().max(128), z.string().max(256))
      .optional()
      .describe('Cost attribution of all that it pays for.'),
    scopes: scopes.optional().describe('What it is confined to, within what its owner may.'),
    expires_at: instant.optional().describe('From this instant on it is refused.'),
  },
  {
    read: ({ expires_at, scopes, ...same }) =>
      present({ ...same, scopes: scopes && readScopes(scopes), expiresAtMs: expires_at }),
    write: ({ label, team, project, user, tier, tags, scopes, expiresAtMs }) => ({
      label,
      team,
      project,
      user,
      tier,
      tags: tags && { ...tags },
      scopes: scopes && writeScopes(scopes),
      expires_at: expiresAtMs,
    }),
  },
)

function readScopes({ max_cost_usd, rates, ...same }: z.output<typeof scopes>): KeyScopes {
  return present({ ...same, maxCostNanoUsd: max_cost_usd, rates: rates && present(rates) })
}

function writeScopes({
  models,
  endpoints,
  addresses,
  origins,
  maxCostNanoUsd,
  rates,
}: KeyScopes): z.output<typeof scopes> {
  const copy = (texts: readonly string[] | undefined) => texts && [...texts]
  return present({
    models: copy(models),
    endpoints: copy(endpoints),
    addresses: copy(addresses),
    origins: copy(origins),
    max_cost_usd: maxCostNanoUsd,
    rates: rates && { ...rates },
  })
}

/** The part of a kept key that may be changed. */
export function fieldsOf({
  label,
  team,
  project,
  user,
  tier,
  tags,
  scopes,
  expiresAtMs,
}: KeySummary): KeyFields {
  return present({ label, team, project, user, tier, tags, scopes, expiresAtMs })
}
