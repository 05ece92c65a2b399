import { Redis } from 'ioredis'
import { readLimits } from '../../packages/kit/src/ledger/redis/rules.ts'

interface KeptLimit {
  readonly hard: boolean
  readonly limit: number
  readonly raise: number
  readonly untilMs: number
}

export interface KeptLimits {
  readonly account: string
  /** As callers read them. */
  readonly limits: readonly KeptLimit[]
  /** As scripts do. */
  readonly caps: readonly KeptLimit[]
}

/** What limits every account on a server, in both of the forms in which it is kept there. */
export async function keptLimits(url: string): Promise<KeptLimits[]> {
  const redis = new Redis(url)
  try {
    const accounts = await redis.keys('*}:a:*')
    return await Promise.all(
      accounts.map(async (account) => {
        const [limits, caps] = await redis.hmgetBuffer(account, 'limits', 'caps')
        return { account, limits: limitsIn(limits!.toString()), caps: capsIn(caps!) }
      }),
    )
  } finally {
    redis.disconnect()
  }
}

const limitsIn = (text: string): KeptLimit[] =>
  readLimits(text).map(({ mode, limit, raise }) => ({
    hard: mode === 'h',
    limit,
    raise: raise?.amount ?? 0,
    untilMs: raise?.untilMs ?? 0,
  }))

const CAP_BYTES = 25

const capsIn = (caps: Buffer): KeptLimit[] =>
  Array.from({ length: caps.length / CAP_BYTES }, (_, rule) => {
    const at = rule * CAP_BYTES
    const [limit, raise, untilMs] = [1, 9, 17].map((place) => caps.readDoubleBE(at + place))
    return { hard: caps[at] === 1, limit: limit!, raise: raise!, untilMs: untilMs! }
  })
