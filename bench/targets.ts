/** What is measured: a file of `targets/`, and what it is called in the table. */
export interface Target {
  readonly name: string
  readonly title: string
  /** A program that the machine must have; without it the table is without this row. */
  readonly needs?: 'redis-server'
}

/** The least that any gateway for language models does: all figures are ratios to it. */
export const YARDSTICK = 'minimal'

/** In the order of the table, and of every round. */
export const TARGETS: readonly Target[] = [
  { name: 'bare-proxy', title: 'bare `node:http` proxy' },
  { name: YARDSTICK, title: 'minimal: Express 5 + undici; parses, rewrites the model, reads usage' },
  { name: 'http-proxy-middleware', title: 'Express 5 + http-proxy-middleware; looks at nothing' },
  { name: 'tollgate-failover', title: 'Tollgate, provider-failover alone' },
  { name: 'tollgate', title: 'Tollgate, every stage on, SQLite file' },
  { name: 'tollgate-redis', title: 'Tollgate, every stage on, ledger in Redis', needs: 'redis-server' },
]
