import {
  type Judge,
  type LessonStore,
  llmJudge,
  type SemanticTier,
  semanticTier,
} from '@tollgate/kit/cache/semantic'
import { sqliteLessons } from '@tollgate/kit/cache/sqlite'
import {
  type Embedder,
  gatewayEmbedder,
  guardedEmbedder,
  inProcessIndex,
  localEmbedder,
  type VectorIndex,
} from '@tollgate/kit/cache/vectors'
import { sqliteVectors } from '@tollgate/kit/cache/vectors/sqlite'
import { type Clock, systemClock } from '@tollgate/kit/core'
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
 * The cache's second tier as the config wants it; undefined where it says nothing of one. Vectors, and what has been learnt of
 * them, are kept beside the answers, and known to all gateways of a fleet.
 *
 * @throws Error when a provider does not speak OpenAI's dialect, or a model here needs a package that is not installed.
 */
export async function openSemanticTier(options: SemanticTierOptions): Promise<SemanticTier | undefined> {
  const { config, clock } = options
  const { semantic } = config.cache
  if (!semantic) return undefined
  const { delta, shadow, embedder, judge } = semantic
  const parts = partsOf(options)
  return semanticTier({
    delta,
    shadow,
    clock,
    embedder: guardedEmbedder(embedderOf(embedder, parts), { clock }),
    ...(await keptOn(config.store, clock)),
    ...(judge && { judge: judgeOf(judge, parts) }),
  })
}

/**
 * The embedder of a config alone, as a command has it; undefined where there is none.
 *
 * @throws Error as `openSemanticTier` does.
 */
export function openEmbedder(options: SemanticTierOptions): Embedder | undefined {
  const { semantic } = options.config.cache
  return semantic && embedderOf(semantic.embedder, partsOf(options))
}

function partsOf({ simulated, ...options }: SemanticTierOptions): Parts {
  const { config, clock } = options
  const providers = simulated ? [simulated] : providersOf(config)
  return { ...options, providers, prices: pricesOf(config, clock) }
}

function embedderOf(rule: EmbedderRule, { providers, ledger, prices, clock }: Parts): Embedder {
  const { model, dimensions } = rule
  if (rule.at === 'provider')
    return gatewayEmbedder({ ...reached(rule.provider, providers), ledger, prices, clock, model, dimensions })
  const { modelPath, prefix, pooling } = rule
  return localEmbedder({
    modelPath,
    model,
    dimensions,
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
    provider: name,
    baseUrl,
    ...(apiKey !== undefined && { apiKey }),
    ...(account && { providerAccount: account }),
  }
}

/** Where its memory is: of one machine in one file beside the answers, which may be thrown away as they may. */
async function keptOn(
  store: Config['store'],
  clock: Clock,
): Promise<{ readonly index: VectorIndex; readonly lessons: LessonStore }> {
  if (store.kind === 'sqlite') {
    const path = `${store.path}.vectors`
    return {
      index: inProcessIndex({ store: sqliteVectors(path, { clock }) }),
      lessons: sqliteLessons(path, { clock }),
    }
  }
  const { redisFleetLog, redisVectors } = await import('@tollgate/kit/cache/vectors/redis')
  const { redisLessons } = await import('@tollgate/kit/cache/redis')
  const { target, prefix } = store
  return {
    index: inProcessIndex({
      store: redisVectors(target, { prefix, clock }),
      log: redisFleetLog(target, { prefix }),
    }),
    // A fleet goes by the server's clock; only a test brings another.
    lessons: redisLessons(target, { prefix, ...(clock !== systemClock && { clock }) }),
  }
}
