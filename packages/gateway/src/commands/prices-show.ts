import { showUsd } from '@tollgate/kit/core'
import { PRICE_FIELDS, type Price, type TieredPrices, type UnitPrices } from '@tollgate/kit/meter'
import { type Deployment, priceQuery } from '@tollgate/kit/wire'
import { loadConfig } from '../config/index.ts'
import { priceProblems, pricesOf } from '../pipeline/prices.ts'
import { routesOf } from '../pipeline/provider-routes.ts'
import { providersOf } from '../pipeline/providers.ts'
import { adoptKept } from '../prices/adopt-kept.ts'
import { keptPrices } from '../prices/kept-prices.ts'
import { table } from '../say/table.ts'
import { type Command, textOf } from './command.ts'

/** `tollgate prices show MODEL`: what a model is charged at, kind by kind, and where that is known from. */
export const pricesShow: Command = {
  name: 'prices show',
  summary: 'Show what a model costs here: its price by kind, where that comes from, and in which version.',
  usage: [
    'MODEL            a name that clients ask for, or provider/model',
    '--json           print it as JSON, one price a line; amounts in nano-USD',
    '--config FILE    the config; without one, what would run from the environment',
  ],
  options: { config: { type: 'string' }, json: { type: 'boolean' } },
  operands: 1,
  async run(args, { env, cwd, out, err, nowMs }) {
    const config = loadConfig({ file: textOf(args, 'config'), env, cwd })
    if (config.priceUpdates) await adoptKept(keptPrices(config.priceUpdates.keep))
    const book = pricesOf(config, { now: nowMs })
    for (const problem of priceProblems(config)) err(`left out: ${problem}`)
    const providers = providersOf(config)
    const [asked = ''] = args.operands
    const resolved = routesOf(config, providers, { prices: book }).resolve(asked, 'openai')
    for (const [index, deployment] of (named(asked, providers) ?? fallback(resolved, asked)).entries()) {
      if (index > 0 && !args.values.json) out('')
      const price = book.price(priceQuery(deployment))
      const name = `${deployment.provider.name}/${deployment.model}`
      if (args.values.json) out(JSON.stringify({ model: name, price: price ?? null }))
      else for (const text of priceLines(name, price)) out(text)
    }
    return 0
  },
}

/** `provider/model`, where there is such a provider. */
function named(asked: string, providers: readonly Deployment['provider'][]): Deployment[] | undefined {
  const provider = providers.find(({ name }) => asked.startsWith(`${name}/`))
  return provider && [{ provider, model: asked.slice(provider.name.length + 1) }]
}

/** Where nobody serves it, the price that its maker lists. */
function fallback(resolved: readonly Deployment[], model: string): readonly Deployment[] {
  if (resolved.length > 0) return resolved
  return [{ provider: { name: 'openai', dialect: 'openai', baseUrl: '' }, model }]
}

function priceLines(name: string, price: Price | undefined): string[] {
  if (!price) return [`${name}: no price is known, and calls of it are refused (unknown_price: refuse)`]
  const sets = setsOf(price)
  const columns = [{ title: 'KIND' }, ...sets.map(([title]) => ({ title, right: true })), { title: 'FOR' }]
  const rows = Object.entries(PRICE_FIELDS).map(([field, kind]) => [
    field,
    ...sets.map(([, prices]) => showUsd(prices[kind])),
    UNITS[kind] ?? 'a million tokens',
  ])
  return [`${name}: ${SOURCES[price.source]}, ${price.version}`, ...table(columns, rows)]
}

const UNITS: Readonly<Partial<Record<keyof UnitPrices, string>>> = {
  perRequest: 'a request',
  perWebSearch: 'a search',
  perImage: 'a picture',
  perAudioMinute: 'a minute',
  perMillionCharacters: 'a million characters',
}

const SOURCES: Readonly<Record<Price['source'], string>> = {
  listed: 'as listed',
  override: 'as the config says',
  ceiling: 'not listed, so the dearest known price of its provider',
  free: 'free, as the config says of its provider',
}

/** Every set of prices that a call may be billed at, with what it is for. */
function setsOf(price: Price): (readonly [string, UnitPrices])[] {
  const tiered = (title: string, { tiers, ...usual }: TieredPrices) => [
    [title, usual] as const,
    ...tiers.map(({ aboveInputTokens, prices }) => {
      return [`${title} > ${aboveInputTokens.toLocaleString('en')}`, prices] as const
    }),
  ]
  const served = Object.entries(price.serviceTiers ?? {})
  return [
    ...tiered('USUAL', price),
    ...served.flatMap(([tier, prices]) => tiered(tier.toUpperCase(), prices)),
  ]
}
