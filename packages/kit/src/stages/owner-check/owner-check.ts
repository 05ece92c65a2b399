import type { IncomingMessage, ServerResponse } from 'node:http'
import { defineStage, type Stage } from '../../core/stage.ts'
import { type OwnedPer, ownerOf } from '../../owners/owner-of.ts'
import type { Owners } from '../../owners/owners.ts'
import { type Passage, type Passages, passageOf } from '../../wire/passage/passages.ts'
import type { Provider } from '../../wire/provider.ts'
import { receiveCall } from '../../wire/receive.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import type { Holdings, StoredFacts } from '../../wire/stored/holdings.ts'
import type { Made } from '../../wire/stored/made-in.ts'
import { namedByCall } from '../../wire/stored/named-by-call.ts'
import { speaks } from '../../wire/translate-call.ts'
import { principal } from '../identify/slots.ts'
import { answering } from '../provider-failover/slots.ts'
import { checkPassing } from './passing.ts'
import { type Register, registerOf } from './register.ts'
import { type HiddenSlot, holdings, isOwned, passingChecked } from './slots.ts'
import { type Answering, watchAnswer } from './watch-answer.ts'

export interface OwnerCheckOptions {
  /** Where it is written down whose things are: `sqliteOwners(path)`, `redisOwners(url)`. */
  readonly owners: Owners
  /** All providers: those with `conversations: 'owned'` are looked after. */
  readonly providers: readonly Provider[]
  /** The same that provider-proxy is given: where requests go that are no calls of models, files and batches among them. */
  readonly passages?: Passages
  /** Among whom things are shared: `key`, the default, `user`, `project`, `team` or `org`. A caller without one has its next wider. */
  readonly per?: OwnedPer
  /** How long something is remembered that its provider keeps until it is deleted, since its owner last saw it, ms. */
  readonly keepMs?: number
}

const DAY_MS = 86_400_000
/** OpenAI keeps a response for 30 days: https://platform.openai.com/docs/guides/your-data */
const RESPONSE_MS = 30 * DAY_MS
const KEEP_MS = 400 * DAY_MS

/**
 * Let a caller go on only with what it has stored at a provider itself: responses, conversations, files, batches. A provider
 * gives these to whoever has the operator's key and an id; here each id has an owner, from the answer in which it was first
 * told until it is deleted.
 *
 * Refuses with `not_found` (404) what is somebody else's, as what is nobody's; for calls of models that is said by
 * provider-failover, since only a call's provider tells whose ids it names. Refuses lists with `endpoint_not_allowed` (403).
 * Answers `ledger_unavailable` (503) when the register does not answer: fails closed. What a process had not written down when
 * it died is nobody's.
 *
 * @example
 * app.use('/v1', ownerCheck({ owners: sqliteOwners('./tollgate.db'), providers }), budgetReserve({ ledger, routes }))
 */
export const ownerCheck = ({
  owners,
  providers,
  passages,
  per = 'key',
  keepMs = KEEP_MS,
}: OwnerCheckOptions): Stage<'principal', 'holdings', 'owner-check'> => {
  const owned = providers.filter(isOwned)
  const names = new Set(owned.map(({ name }) => name))

  const check = async (req: IncomingMessage, res: ServerResponse): Promise<Holdings | undefined> => {
    const passage = passages && passageOf(req, passages)
    if (names.size === 0 && !passage) return undefined
    const register = registerOf(owners, ownerOf(principal.get(req), per))
    if (passage) {
      if (!isLookedAfter(passage)) return undefined
      const answer = await checkPassing(req, passage, { register, keepMs })
      watchAnswer(res, register, () => answer)
      return undefined
    }
    const call = await receiveCall(req)
    if (!call) return undefined
    const held = await heldBy(call, owned, register)
    if (mayStore(call)) watchAnswer(res, register, () => answeringTo(req, call, { names, keepMs }))
    return held
  }

  return defineStage({
    name: 'owner-check',
    needs: [principal],
    gives: [holdings, ...(passages ? [passingChecked as HiddenSlot] : [])],
    observes: [answering],
    handle: async function ownerCheckStage(req, res) {
      holdings.set(req, await check(req, res))
      if (passages) passingChecked.set(req, true)
    },
  })
}

function isLookedAfter(passage: Passage): passage is Passage & { readonly provider: Provider } {
  return isOwned(passage.provider)
}

/** What a call names is looked for at every provider that it might go to. */
async function heldBy(
  call: ReceivedCall,
  owned: readonly Provider[],
  register: Register,
): Promise<Holdings | undefined> {
  const { named, kept } = namedByCall(call)
  if (named.length === 0) return undefined
  const own = await Promise.all(
    owned.map(async (provider) => [provider.name, await register.own(provider, named)] as const),
  )
  const byProvider = new Map(own)
  return { named, kept, find: (provider, id) => byProvider.get(provider)?.get(id) }
}

/** Whether what a provider answers may be gone on with: what it is told not to store it does not. */
function mayStore({ endpoint, body }: ReceivedCall): boolean {
  if (endpoint === 'responses') return body.store !== false || body.conversation !== undefined
  if (endpoint === 'chat') return body.store === true || body.audio !== undefined
  return endpoint === 'messages' && (body.container !== undefined || Array.isArray(body.tools))
}

/** An answer of a provider's own, which is no translation, and not out of a cache. */
function answeringTo(
  req: IncomingMessage,
  call: ReceivedCall,
  { names, keepMs }: { readonly names: ReadonlySet<string>; readonly keepMs: number },
): Answering | undefined {
  const deployment = answering.peek(req)
  if (!deployment || !names.has(deployment.provider.name) || !speaks(deployment.provider, call))
    return undefined
  const { provider, model, key } = deployment
  const hasEnd = call.body.conversation === undefined || call.body.conversation === null
  return {
    provider: provider.name,
    factsOf: (made) => factsOf(call, made, { model, key }),
    ttlMs: hasEnd ? RESPONSE_MS : keepMs,
  }
}

/** What a provider's own tools have read may be read again, and is in no count: then nobody knows how much there is. */
function factsOf(
  { unpriced }: ReceivedCall,
  { tokens }: Made,
  { model, key }: { readonly model: string; readonly key: string | undefined },
): StoredFacts {
  return {
    model,
    ...(key !== undefined && { key }),
    ...(tokens !== undefined && unpriced.length === 0 && { tokens }),
  }
}
