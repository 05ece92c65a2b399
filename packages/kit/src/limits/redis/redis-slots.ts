import type { Scope, Subject } from '../rates.ts'
import {
  type Held,
  LEASE_MS,
  type SlotAnswer,
  type SlotRequest,
  type SlotState,
  type Slots,
} from '../slots.ts'
import type { LimitKeys } from './keys.ts'
import { give } from './scripts/give.ts'
import { hold } from './scripts/hold.ts'
import type { Script } from './scripts/script.ts'
import { shut } from './scripts/shut.ts'
import { take } from './scripts/take.ts'

export interface RedisSlotsOptions {
  readonly keysOf: (org: string) => LimitKeys
  /** '' for the server's clock. */
  readonly now: () => string | number
  ask<Keys extends object, Args extends object, Reply>(
    script: Script<Keys, Args, Reply>,
    keys: Keys,
    args: Args,
  ): Promise<Reply>
  readonly close: () => Promise<void>
}

/** Slots that are held in one call. */
const HELD_AT_ONCE = 100

/** Tokens, slots and breakers of a fleet. */
export function redisSlots({ keysOf, now, ask, close }: RedisSlotsOptions): Slots {
  const scopeKeys = (org: string, scopes: readonly Scope[]) => {
    const keys = keysOf(org)
    return scopes.flatMap(({ subject }) => [keys.bucket(subject), keys.running(subject)])
  }

  async function askTake(
    { org, id, caller, scopes, tokens }: SlotRequest,
    dry: boolean,
  ): Promise<SlotAnswer> {
    const reply = await ask(
      take,
      { breaker: keysOf(org).breaker(caller), scopes: scopeKeys(org, scopes) },
      {
        now: now(),
        id,
        ttl: LEASE_MS,
        tokens,
        dry: dry ? 1 : 0,
        rates: scopes.map(({ tpm = '', concurrency = '' }) => ({ tpm, concurrency })),
      },
    )
    if (reply[0] === 'shut') return { status: 'shut', waitMs: Number(reply[1]), why: reply[2] }
    if (reply[0] === 'taken') return { status: 'taken', states: reply[1].map(readState) }
    const [, place, metric, waitMs, states] = reply
    return {
      status: 'limited',
      place: Number(place) - 1,
      metric: metric as 'tokens' | 'concurrency',
      waitMs: Number(waitMs),
      states: states.map(readState),
    }
  }

  async function holdSome(org: string, some: readonly HeldSlot[]): Promise<void> {
    const keys = keysOf(org)
    await ask(
      hold,
      { runnings: some.map(({ subject }) => keys.running(subject)) },
      { now: now(), ttl: LEASE_MS, ids: some.map(({ id }) => id) },
    )
  }

  return {
    take: askTake,

    async give({ org, id, scopes, tokens }, usedTokens) {
      await ask(
        give,
        { scopes: scopeKeys(org, scopes) },
        { now: now(), id, expected: tokens, used: usedTokens, tpms: scopes.map(({ tpm = '' }) => tpm) },
      )
    },

    async hold(org, requests) {
      const slots = requests.flatMap(slotsOf)
      for (let at = 0; at < slots.length; at += HELD_AT_ONCE) {
        await holdSome(org, slots.slice(at, at + HELD_AT_ONCE))
      }
    },

    async shut(org, caller, { firstMs, longestMs, why }) {
      const breaker = keysOf(org).breaker(caller)
      const [status, forMs, trips] = await ask(
        shut,
        { breaker },
        { now: now(), first: firstMs, longest: longestMs, why },
      )
      return { forMs: Number(forMs), trips: Number(trips), repeat: status === 'already' }
    },

    close,
  }
}

interface HeldSlot {
  readonly id: string
  readonly subject: Subject
}

const slotsOf = ({ id, subjects }: Held): HeldSlot[] => subjects.map((subject) => ({ id, subject }))

/** `tokens whole_in running`. */
function readState(text: string): SlotState {
  const [tokensLeft, wholeInMs, running] = text.split(' ').map(Number)
  return { tokensLeft: tokensLeft!, wholeInMs: wholeInMs!, running: running! }
}
