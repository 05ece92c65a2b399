import type { RedisProcessOptions } from './process.ts'
import { type RedisServer, redisServer } from './servers.ts'
import { until } from './until.ts'

export interface RedisCluster {
  readonly nodes: readonly RedisServer[]
  /** Where a client may begin. */
  readonly seeds: readonly { readonly host: string; readonly port: number }[]
  /** The node that holds a slot, unless it was moved. */
  nodeOf(slot: number): RedisServer
  /**
   * Move a slot and its keys to another master, one key after the other, as `redis-cli --cluster reshard` does.
   *
   * @param between done after each key, while the slot is in two places; told how many keys have still to be moved.
   * @returns how many keys were moved.
   */
  moveSlot(slot: number, to: RedisServer, between?: (left: number) => Promise<void>): Promise<number>
  stop(): Promise<void>
}

const SLOTS = 16_384

/** A Cluster of masters, each with an equal share of the slots; it is up when every node says so. */
export async function redisCluster({
  masters = 3,
  tls,
}: Pick<RedisProcessOptions, 'tls'> & {
  readonly masters?: number
} = {}): Promise<RedisCluster> {
  // So long that no node is taken for dead that only waits for its turn on a busy machine: nobody could take its place.
  const config = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '15000' }
  const nodes = await Promise.all(
    Array.from({ length: masters }, () => redisServer({ config, ...(tls && { tls }) })),
  )
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
  async function moveSlot(
    slot: number,
    to: RedisServer,
    between: (left: number) => Promise<void> = async () => {},
  ): Promise<number> {
    const from = nodes.findLast((_, at) => first(at) <= slot)!
    const [fromId, toId] = await Promise.all([from, to].map(({ call }) => call('cluster', 'myid')))
    await to.call('cluster', 'setslot', slot, 'importing', String(fromId))
    await from.call('cluster', 'setslot', slot, 'migrating', String(toId))
    let moved = 0
    for (;;) {
      const [key] = (await from.call('cluster', 'getkeysinslot', slot, 1)) as string[]
      if (key === undefined) break
      await from.call('migrate', to.host, to.port, key, 0, 5000)
      moved += 1
      await between(Number(await from.call('cluster', 'countkeysinslot', slot)))
    }
    const rest = nodes.filter((node) => node !== to && node !== from)
    for (const { call } of [to, from, ...rest]) await call('cluster', 'setslot', slot, 'node', String(toId))
    return moved
  }

  return {
    nodes,
    moveSlot,
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
