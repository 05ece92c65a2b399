import type { Tree } from './yaml.ts'

/** What says where a request goes, and at which price. */
const OF_ROUTING: ReadonlySet<string> = new Set([
  'providers',
  'routes',
  'prices',
  'price_files',
  'unknown_price',
])

/** What of a config says where requests go: no caller's secret and no token is read for that. */
export function routingTree(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([field]) => OF_ROUTING.has(field)))
}
