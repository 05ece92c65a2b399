import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Amounts } from './ledger.ts'
import { openSpoolFolder } from './spool-folder.ts'
import type { Closing } from './spool-line.ts'
import { spoolQueue } from './spool-queue.ts'

const path = mkdtempSync(join(tmpdir(), 'tollgate-spool-queue-'))
afterEach(() => rmSync(path, { recursive: true }))

const settled = (id: string): Closing => ({
  org: 'acme',
  id,
  settled: { actual: { usd: 1, tokens: 1, requests: 1 } as Amounts, basis: 'exact' },
  atMs: 0,
})

it('tells what waits on file before what came later, though there is room in memory by then', () => {
  const folder = openSpoolFolder(path, { maxBytes: 2 ** 28, onFault: () => {} })
  const queue = spoolQueue({ folder, maxQueued: 2 })
  for (const id of ['a', 'b', 'on file']) queue.add(settled(id))
  for (const head of queue.heads(1)) queue.take(head)
  const order: string[] = []
  queue.add(settled('last'))
  expect(queue.size()).toBe(3)
  for (let heads = queue.heads(1); heads[0]; heads = queue.heads(1)) {
    order.push(heads[0].closing.id)
    queue.take(heads[0])
  }
  expect(order).toEqual(['b', 'on file', 'last'])
})
