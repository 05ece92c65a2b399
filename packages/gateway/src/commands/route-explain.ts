import { showUsd } from '@tollgate/kit/core'
import { modelPattern } from '@tollgate/kit/stages/tier-check'
import { type Deployment, priceQuery } from '@tollgate/kit/wire'
import { knownProviders, loadRoutingConfig, type RoutingConfig } from '../config/index.ts'
import { pricesOf } from '../pipeline/prices.ts'
import { routesOf } from '../pipeline/provider-routes.ts'
import { providersOf } from '../pipeline/providers.ts'
import { isSimulated } from '../say/config-lines.ts'
import { table } from '../say/table.ts'
import { SIMULATED } from '../simulation.ts'
import { type Command, textOf } from './command.ts'

/** `tollgate route explain MODEL`: where a request for a model would go by the config, in which order, and why. */
export const routeExplain: Command = {
  name: 'route explain',
  summary: 'Show where a request for a model would go, in which order, and why.',
  usage: [
    'MODEL            a name that clients ask for',
    '--config FILE    the config; without one, what would run from the environment',
  ],
  options: { config: { type: 'string' } },
  operands: 1,
  async run(args, { env, cwd, out, nowMs }) {
    const config = loadRoutingConfig({ file: textOf(args, 'config'), env, cwd })
    const prices = pricesOf(config, { now: nowMs })
    const providers = isSimulated(config) ? [SIMULATED] : providersOf(config)
    const routes = routesOf(config, providers, { prices })
    const [model = ''] = args.operands
    const deployments = routes.resolve(model, 'openai')
    for (const line of whyLines(config, model, deployments)) out(line)
    if (deployments.length === 0) return 1
    const known = new Map(knownProviders(config).map(({ name, preset }) => [name, preset]))
    const rows = deployments.map((deployment, index) => {
      const price = prices.price(priceQuery(deployment))
      return [
        String(index + 1),
        nameOf(deployment),
        price ? showUsd(price.input) : 'unknown',
        price ? showUsd(price.output) : 'unknown',
        deployment.provider.dialect,
        known.get(deployment.provider.name) ?? '–',
      ]
    })
    for (const line of table(COLUMNS, rows)) out(line)
    out('')
    for (const deployment of deployments.filter(
      (each) => prices.price(priceQuery(each))?.source === 'ceiling',
    ))
      out(`${nameOf(deployment)} is not listed: it is charged at the dearest price of its provider.`)
    out(`How they do now: GET /admin/v1/providers?model=${model} on the admin listener.`)
    return 0
  },
}

const COLUMNS = [
  { title: '#', right: true },
  { title: 'DEPLOYMENT' },
  { title: 'INPUT', right: true },
  { title: 'OUTPUT', right: true },
  { title: 'DIALECT' },
  { title: 'PRESET' },
]

function nameOf({ provider, model, key }: Deployment): string {
  return `${provider.name}/${model}${key === undefined ? '' : ` (key ${key})`}`
}

function whyLines(config: RoutingConfig, model: string, deployments: readonly Deployment[]): string[] {
  const route = config.routes.find((each) => each.model === model) ?? config.routes.find(matching(model))
  if (route)
    return [`${model} goes by the route ${route.model}: ${rulesText(route.rules)}`, ...disabledLines(config)]
  const [only] = deployments
  if (only) return [`${model} has no route of its own, and passes to ${only.provider.name}`]
  return [`${model} goes nowhere: it has no route, and other names do not pass`, ...disabledLines(config)]
}

function matching(model: string): (route: RoutingConfig['routes'][number]) => boolean {
  return ({ model: name }) => name.includes('*') && modelPattern(name)(model)
}

const ORDERS = {
  'in-order': 'in the order that they are written in',
  weight: 'by weight',
  'least-latency': 'the soonest first byte first',
  'least-cost': 'the cheapest for each request first',
} as const

function rulesText({
  order = 'in-order',
  sticky,
  downgrade,
}: RoutingConfig['routes'][number]['rules']): string {
  const rules: string[] = [ORDERS[order]]
  if (sticky) rules.push(`the same ${sticky} at the same deployment`)
  if (downgrade?.abovePercent !== undefined)
    rules.push(`the next cheaper one above ${downgrade.abovePercent} % of a budget`)
  if (downgrade?.whenShort) rules.push('a cheaper one where the first does not fit')
  return rules.join('; ')
}

function disabledLines({ disabledProviders }: RoutingConfig): string[] {
  return disabledProviders.map(({ name, because }) => `${name} is left out: ${because}`)
}
