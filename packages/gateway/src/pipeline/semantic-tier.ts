import { type Judge, llmJudge, type SemanticTier, semanticTier } from '@tollgate/kit/cache/semantic'
import {
  type Embedder,
  gatewayEmbedder,
  guardedEmbedder,
  inProcessIndex,
  localEmbedder,
  type VectorIndex,
} from '@tollgate/kit/cache/vectors'
import { sqliteVectors } from '@tollgate/kit/cache/vectors/sqlite'
import type { Clock } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import type { PriceBook } from '@tollgate/kit/meter'
import type { Provider } from '@tollgate/kit/wire'
import type { Config, EmbedderRule, JudgeRule } from '../config/index.ts'
import { pricesOf } from './prices.ts'
import { providersOf } from './providers.ts'

export interface SemanticTierOptions {
  readonly config: Config
  readonly ledger: Ledger
  /** Stands in for all providers, where none has a key. */
  readonly simulated: Provider | undefined
  readonly clock: Clock
}

interface Parts extends Omit<SemanticTierOptions, 'simulated'> {
  readonly prices: PriceBook
  readonly providers: readonly Provider[]
}

/**
 * The cache's second tier as the config wants it; undefined where it says nothing of one. Vectors are kept beside the
 * answers; what has been learnt of them ends with the process.
 *
 * @throws Error when a provider does not speak OpenAI's dialect, or a model here needs a package that is not installed.
 */
export async function openSemanticTier({
  simulated,
  ...options
}: SemanticTierOptions): Promise<SemanticTier | undefined> {
  const { config, clock } = options
  const { semantic } = config.cache
  if (!semantic) return undefined
  const { delta, shadow, embedder, judge } = semantic
  const providers = simulated ? [simulated] : providersOf(config)
  const parts: Parts = { ...options, providers, prices: pricesOf(config, clock) }
  return semanticTier({
    ...{ delta, shadow, clock },
    embedder: guardedEmbedder(embedderOf(embedder, parts), { clock }),
    index: await indexOn(config.store, clock),
    ...(judge && { judge: judgeOf(judge, parts) }),
  })
}

function embedderOf(rule: EmbedderRule, { providers, ledger, prices, clock }: Parts): Embedder {
  const { model, dimensions } = rule
  if (rule.at === 'provider')
    return gatewayEmbedder({ ...reached(rule.provider, providers), ledger, prices, clock, model, dimensions })
  const { modelPath, prefix, pooling } = rule
  return localEmbedder({
    ...{ modelPath, model, dimensions },
    ...(prefix !== undefined && { prefix }),
    ...(pooling && { pooling }),
  })
}

/** A team pays for it, whose budget is for nothing else. */
function judgeOf(
  { provider, model, team }: JudgeRule,
  { config, providers, ledger, prices, clock }: Parts,
): Judge {
  const principal = { org: config.org, team, tags: { cache_overhead: 'judge' } }
  return llmJudge({ ...reached(provider, providers), ledger, prices, clock, model, principal })
}

/** Where a provider is, and what it is called in the books. */
function reached(name: string, providers: readonly Provider[]) {
  const found = providers.find((provider) => provider.name === name)
  if (found?.dialect !== 'openai' || found.hosting)
    throw new Error(`cache: ${name} is asked in OpenAI's dialect, which it does not speak here`)
  const { baseUrl, apiKey, account } = found
  return {
    ...{ provider: name, baseUrl },
    ...(apiKey !== undefined && { apiKey }),
    ...(account && { providerAccount: account }),
  }
}

async function indexOn(store: Config['store'], clock: Clock): Promise<VectorIndex> {
  if (store.kind === 'sqlite')
    return inProcessIndex({ store: sqliteVectors(`${store.path}.vectors`, { clock }) })
  const { redisFleetLog, redisVectors } = await import('@tollgate/kit/cache/vectors/redis')
  const { target, prefix } = store
  return inProcessIndex({
    store: redisVectors(target, { prefix, clock }),
    log: redisFleetLog(target, { prefix }),
  })
}
