import { unitMeter } from '@tollgate/kit'
import {
  OPERATORS_KEY,
  type PaidApi,
  type PassingOptions,
  type PassingService,
  paidApi,
  passingService,
  type Serving,
} from './passing.ts'

/** A provider of models, which the API stands for. */
export const openai = ({ url }: PaidApi) =>
  ({ name: 'openai', dialect: 'openai', baseUrl: `${url}/v1`, apiKey: OPERATORS_KEY }) as const
/** An API that is paid by the minute. */
export const scribe = ({ url }: PaidApi) =>
  ({
    name: 'scribe',
    dialect: 'http',
    baseUrl: url,
    auth: { header: 'x-scribe-key', value: OPERATORS_KEY },
    meter: unitMeter({ unit: 'minute', usd: '0.10', from: 'minutes', reserve: 2 }),
  }) as const
export const BUDGETS = [{ limit_usd: '1.00', period: 'daily' as const }]
/** Nano-USD. */
export const CENT = 10_000_000

/** A service that passes both through to one API. */
export async function passing(
  answer: Serving,
  options: Partial<PassingOptions> = {},
  hasty = false,
): Promise<PassingService & { readonly api: PaidApi }> {
  const api = await paidApi(answer, { hasty })
  return {
    api,
    ...(await passingService({ providers: [openai(api), scribe(api)], budgets: BUDGETS, ...options })),
  }
}
