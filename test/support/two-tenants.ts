import { ownerCheck, sqliteOwners } from '@tollgate/kit'
import type { Owners } from '@tollgate/kit/owners'
import type { Provider } from '@tollgate/kit/wire'
import { type TestKey, testKey } from '@tollgate/testing'
import { closeAfter } from './close-after.ts'
import {
  OPERATORS_KEY,
  type PaidApi,
  type PassingService,
  paidApi,
  passingService,
  type Serving,
} from './passing.ts'
import { ask, type RawAnswer, type RawRequest } from './raw.ts'

/** Asks as one tenant, and tells an error by its code. */
export type Asking = (request: RawRequest) => Promise<RawAnswer & { readonly code: string | undefined }>

export interface TwoTenants {
  readonly api: PaidApi
  readonly service: PassingService
  readonly ours: Asking
  readonly hers: Asking
}

export interface TwoTenantsOptions {
  readonly owners?: Owners
  /** Who they are; two keys of one org unless told otherwise. */
  readonly keys?: readonly [ours: TestKey, hers: TestKey]
  /** All at the one API, each of which is looked after. */
  readonly providers?: readonly Partial<Provider>[]
}

/** A gateway that two tenants share, before an API that stores what they make. */
export async function twoTenants(
  serving: Serving,
  {
    owners = sqliteOwners(':memory:'),
    keys = [testKey(), testKey()],
    providers = [{}],
  }: TwoTenantsOptions = {},
): Promise<TwoTenants> {
  const api = await paidApi(serving)
  closeAfter(async () => owners.close())
  const owned = providers.map((more): Provider => {
    const version = more.dialect === 'gemini' ? 'v1beta' : 'v1'
    const plain = { name: 'openai', dialect: 'openai', baseUrl: `${api.url}/${version}` } as const
    return { ...plain, apiKey: OPERATORS_KEY, conversations: 'owned', ...more }
  })
  const service = await passingService({
    providers: owned,
    keys,
    between: (passages) => [ownerCheck({ owners, providers: owned, passages })],
  })
  for (const { org, account } of keys) await service.ledger.provision(org, account, [])
  const as =
    ({ authorization }: TestKey): Asking =>
    async ({ headers = [], ...request }) => {
      const answer = await ask(service.url, {
        ...request,
        headers: ['authorization', authorization, ...headers],
      })
      return { ...answer, code: codeOf(answer.text) }
    }
  const [ours, hers] = keys.map(as) as [Asking, Asking]
  return { api, service, ours, hers }
}

function codeOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text)
    return error?.code ?? error?.status
  } catch {
    return undefined
  }
}
