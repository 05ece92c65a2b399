import type { BudgetEntry } from '@tollgate/kit/ledger'
import type { z } from 'zod'
import type { HttpProvider, Meter } from '../config.ts'
import { complain } from './fields.ts'
import { SEALED } from './model-provider.ts'

/** A paid API as stated. */
export type StatedHttpProvider = { readonly dialect: 'http' } & Pick<
  HttpProvider,
  'baseUrl' | 'auth' | 'sealed' | 'billing' | 'meter' | 'meters'
> & { readonly budgets: readonly BudgetEntry[] }

/** Fields of a provider, of which an API that serves no models has some. */
interface Stated {
  readonly baseUrl?: string | undefined
  readonly apiKey?: string | undefined
  readonly auth?: HttpProvider['auth']
  readonly billing: HttpProvider['billing']
  readonly budgets: readonly BudgetEntry[]
  readonly discount?: string | undefined
  readonly meter?: Meter | undefined
  readonly meters?: Readonly<Record<string, Meter>> | undefined
}

/** Read a provider of `dialect: http`, which nobody knows the address or the credentials of. */
export function statedHttpProvider(
  { baseUrl, apiKey, auth, billing, budgets, discount, meter, meters = {} }: Stated,
  context: z.core.$RefinementCtx,
): StatedHttpProvider {
  if (apiKey !== undefined) {
    return complain(context, () => 'is for providers of models: write auth: { header, value }', ['apiKey'])
  }
  if (discount !== undefined) {
    return complain(context, () => 'is for providers of models: state what you pay in meter', ['discount'])
  }
  if (baseUrl === undefined) return complain(context, () => 'is missing', ['baseUrl'])
  const sealed = auth?.value === SEALED && { sealed: true }
  return { dialect: 'http', baseUrl, auth, billing, budgets, meter, meters, ...sealed }
}
