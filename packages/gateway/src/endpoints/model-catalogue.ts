import type { Clock } from '@tollgate/kit/core'
import type { PriceBook } from '@tollgate/kit/meter'
import { type Provider, priceQuery, type Routes } from '@tollgate/kit/wire'

/** A model that clients may ask for, and who serves it. */
export interface CatalogueModel {
  readonly id: string
  readonly provider: string
  /** Seconds since the epoch, as the provider says; 0 where it does not. */
  readonly createdS: number
}

/** What this gateway serves, whoever asks. */
export interface ModelCatalogue {
  models(): Promise<readonly CatalogueModel[]>
}

export interface ModelCatalogueOptions {
  readonly providers: readonly Provider[]
  readonly routes: Routes
  readonly prices: PriceBook
  /** How providers are asked. */
  readonly fetch: typeof fetch
  readonly clock: Clock
}

/** How long a provider's own list is believed, how soon one that did not answer is asked again, and how long it may take. */
const MAX_AGE_MS = 60_000
const RETRY_MS = 5_000
const TIMEOUT_MS = 5_000

/**
 * The models with a route of their own, and those that providers list and that would be sent there; none without a
 * price. A provider that does not answer is left out until it does.
 */
export function modelCatalogue({
  providers,
  routes,
  prices,
  fetch,
  clock,
}: ModelCatalogueOptions): ModelCatalogue {
  const listed = providers.map((provider) => remembered(() => modelsAt(provider, fetch), clock))

  function served({ id, createdS }: ListedModel): CatalogueModel | undefined {
    const [first] = routes.resolve(id, 'openai')
    if (!first) return undefined
    return prices.price(priceQuery(first)) && { id, provider: first.provider.name, createdS }
  }

  return {
    async models() {
      const own = routes.models.map((id): ListedModel => ({ id, createdS: 0 }))
      const theirs = await Promise.all(listed.map((list) => list()))
      const passing = theirs.flatMap((models, index) =>
        models.filter(({ id }) => routes.resolve(id, 'openai')[0]?.provider.name === providers[index]?.name),
      )
      const byId = new Map([...own, ...passing].map((model) => [model.id, served(model)]))
      return [...byId.values()].filter((model) => model !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1))
    },
  }
}

interface ListedModel {
  readonly id: string
  readonly createdS: number
}

/** What a provider says it serves: https://platform.openai.com/docs/api-reference/models/list */
async function modelsAt({ name, baseUrl, apiKey }: Provider, ask: typeof fetch): Promise<ListedModel[]> {
  const answer = await ask(`${baseUrl}/models`, {
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!answer.ok) throw new Error(`${name} answered ${answer.status} when it was asked for its models`)
  const { data } = (await answer.json()) as { data?: unknown }
  if (!Array.isArray(data)) throw new Error(`${name} gave no list of its models`)
  return data.flatMap(({ id, created }: { id?: unknown; created?: unknown }) =>
    typeof id === 'string' ? [{ id, createdS: typeof created === 'number' ? created : 0 }] : [],
  )
}

/** The last good answer while it is young, and when there is no better one; asked for once at a time. */
function remembered(ask: () => Promise<ListedModel[]>, clock: Clock): () => Promise<readonly ListedModel[]> {
  let known: readonly ListedModel[] = []
  let goodUntilMs = Number.NEGATIVE_INFINITY
  let asking: Promise<readonly ListedModel[]> | undefined

  const refresh = async () => {
    try {
      known = await ask()
      goodUntilMs = clock.now() + MAX_AGE_MS
    } catch {
      // A provider that is away has nothing to list; its calls fail by themselves.
      goodUntilMs = clock.now() + RETRY_MS
    }
    asking = undefined
    return known
  }
  return async () => {
    if (clock.now() < goodUntilMs) return known
    asking ??= refresh()
    return asking
  }
}
