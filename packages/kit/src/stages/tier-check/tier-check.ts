import type { GrantView } from '../../access/grant-view.ts'
import type { TollgateError } from '../../core/errors.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import type { HowToAsk } from '../../directory/how-to-ask.ts'
import { sharedTokenizer, type Tokenizer } from '../../meter/tokenizer.ts'
import { type Passages, passageOf } from '../../wire/passage/passages.ts'
import { pathOf, receiveCall } from '../../wire/receive.ts'
import { principal } from '../identify/slots.ts'
import { type Asking, askers, type TierOf, type TiersOf } from './askers.ts'
import { overCaps } from './caps.ts'
import { type Entitlement, entitlement } from './slots.ts'
import type { Admitted } from './tiers.ts'

export interface TierCheckOptions {
  /** By name, the least first; or those of an org at the moment. None declared: every model is allowed. */
  readonly tiers?: TiersOf
  /** The tier of a caller; undefined refuses every model. The first of the tiers by default. */
  readonly tierOf?: TierOf
  /** What callers have been given besides, for a time. */
  readonly grants?: GrantView
  /** `observe` reports what would have been refused, and lets it pass. */
  readonly mode?: 'enforce' | 'observe'
  /** Where requests go that are no calls of models; without it, only the class of their path counts. */
  readonly passages?: Passages
  /** Counts input tokens where a tier caps them; the process's own by default. */
  readonly tokenizer?: Tokenizer
  /** Ends a refusal with how to ask for what is refused; by default that is the administrator's business. */
  readonly howToAsk?: HowToAsk
}

/**
 * Let a caller use only the models and endpoint classes of its tier and its grants, in requests no larger than its tier
 * allows, and what its key is confined to within that.
 *
 * Refuses with `model_not_allowed`, `endpoint_not_allowed` or `cap_exceeded` (403), naming the tier that has it and who
 * approves it. Answers `ledger_unavailable` (503) when tiers cannot be read: fails closed; unread grants count for nothing.
 *
 * @example
 * tierCheck({ tiers: { default: { models: ['gpt-4o-mini'] }, project: { models: ['gpt-4o'], approval: 'team-lead' } }, tierOf: (p) => tierOfTeam[p.team] })
 */
export const tierCheck = ({
  tiers = {},
  tierOf,
  grants,
  mode = 'enforce',
  passages,
  tokenizer = sharedTokenizer(),
  howToAsk,
}: TierCheckOptions = {}): Stage<'principal', 'entitlement', 'tier-check'> => {
  const askingOf = askers({ tiers, tierOf, grants, howToAsk })
  return defineStage({
    name: 'tier-check',
    needs: [principal],
    gives: [entitlement],
    handle: async function tierCheck(req, res) {
      const passage = passages && passageOf(req, passages)
      const call = await receiveCall(req)
      const asking = await askingOf(principal.get(req))
      const path = pathOf(req)
      const wish = { path, passage, model: call?.model, pictures: call?.imageInput }
      const verdict = asking.gate(asking.asker, wish)
      const refusal = verdict.refusal ?? (call && (await overCaps(call, verdict.caps, tokenizer)))
      if (refusal && mode === 'enforce') throw refusal
      if (refusal) res.setHeader('x-tollgate-would-refuse', refusal.code)
      const admitted = verdict.refusal || mode === 'observe' ? undefined : verdict
      entitlement.set(req, entitlementOf(asking, path, { refusal, admitted }))
    },
  })
}

interface Checked {
  /** What would have been refused, where tiers only observe. */
  readonly refusal: TollgateError<NonNullable<Entitlement['wouldRefuse']>> | undefined
  /** Undefined where tiers only observe. */
  readonly admitted: Admitted | undefined
}

function entitlementOf(
  { asker, gate, names }: Asking,
  path: string,
  { refusal, admitted }: Checked,
): Entitlement {
  const declared = names.length > 0
  const { tier, granted, principal } = asker
  const confines = declared || principal.scopes?.models !== undefined
  const allows = (model: string) => gate(asker, { path, model }).refusal === undefined
  return {
    tier: declared ? tier : undefined,
    ...(refusal && { wouldRefuse: refusal.code }),
    ...(declared && {
      rank: Math.max(...[tier, ...(granted?.tiers ?? [])].map((name) => names.indexOf(name))),
    }),
    ...(admitted && Object.keys(admitted.caps).length > 0 && { caps: admitted.caps }),
    ...(granted && granted.ids.length > 0 && { grants: granted.ids }),
    ...(admitted && confines && { allows }),
  }
}
