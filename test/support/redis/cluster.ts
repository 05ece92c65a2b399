import { type RedisServer, redisServer } from './servers.ts'
import { until } from './until.ts'

export interface RedisCluster {
  readonly nodes: readonly RedisServer[]
  /** Where a client may begin. */
  readonly seeds: readonly { readonly host: string; readonly port: number }[]
  /** The node that holds a slot. */
  nodeOf(slot: number): RedisServer
  stop(): Promise<void>
}

const SLOTS = 16_384

/** A Cluster of masters, each with an equal share of the slots; it is up when every node says so. */
export async function redisCluster({
  masters = 3,
}: {
  readonly masters?: number
} = {}): Promise<RedisCluster> {
  const config = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '2000' }
  const nodes = await Promise.all(Array.from({ length: masters }, () => redisServer({ config })))
  const first = (node: number) => Math.ceil((node * SLOTS) / masters)
  await Promise.all(
    nodes.map(async ({ call }, at) => {
      await call('cluster', 'set-config-epoch', at + 1)
      await call('cluster', 'addslotsrange', first(at), first(at + 1) - 1)
    }),
  )
  const [seed, ...others] = nodes
  for (const { host, port } of others) {
    await seed!.call('cluster', 'meet', host, port, await busPortOf(host, port, nodes))
  }
  await until('the Cluster is up', async () => {
    const infos = await Promise.all(nodes.map(({ call }) => call('cluster', 'info')))
    return infos.every((info) => isUp(String(info), masters))
  })
  return {
    nodes,
    seeds: nodes.map(({ host, port }) => ({ host, port })),
    nodeOf: (slot) => nodes.findLast((_, at) => first(at) <= slot)!,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  }
}

async function busPortOf(host: string, port: number, nodes: readonly RedisServer[]): Promise<number> {
  const node = nodes.find((one) => one.host === host && one.port === port)!
  const [, busPort] = (await node.call('config', 'get', 'cluster-port')) as string[]
  return Number(busPort)
}

function isUp(info: string, nodes: number): boolean {
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}\r`)
}
