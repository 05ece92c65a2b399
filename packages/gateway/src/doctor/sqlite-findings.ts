import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SqliteAudit } from '@tollgate/kit/audit/sqlite'
import { showUsd } from '@tollgate/kit/core'
import type { Ledger, UnbookedList } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'
import { accountFindings, type WantedBudgets } from './account-findings.ts'
import { type Disk, diskFindings } from './disk.ts'
import type { Finding } from './finding.ts'
import { unbookedFindings } from './unbooked-finding.ts'

/** Until the system has written a change to the disk by itself, seconds. */
const UNWRITTEN_SECONDS = 30
const DAY_MS = 86_400_000

/** Of an open store, what is looked at. */
interface OpenedBooks {
  readonly ledger: Ledger
  readonly table: Pick<SqliteAudit, 'spendBy'> | undefined
  readonly unbooked: UnbookedList
  close(): Promise<void>
}

export interface SqliteFindingsOptions {
  readonly config: Pick<StoreConfig, 'org' | 'durability'>
  readonly wanted: WantedBudgets
  readonly nowMs: number
  /** Open the file as a command does, which refuses a network file system and the layout of another release. */
  readonly open: () => Promise<OpenedBooks>
}

/** What is to be said of the file that keeps the books, and of the disk it is on. */
export async function sqliteFindings(
  path: string,
  { open, ...looked }: SqliteFindingsOptions,
): Promise<readonly Finding[]> {
  const disk = diskFindings(diskOf(path))
  if (!existsSync(path)) {
    const text = 'There are no books yet: the first start of the gateway makes them.'
    return [{ check: 'file', level: 'note', text }, ...disk]
  }
  try {
    return [soundness(path), ...disk, ...(await inBooks(open, looked))]
  } catch (error) {
    const text = `The books cannot be opened: ${(error as Error).message}.`
    return [{ check: 'file', level: 'refuse', text }, ...disk]
  }
}

function diskOf(path: string): Disk {
  const file = statSync(path, { throwIfNoEntry: false })
  const { bavail, bsize } = statfsSync(folderOf(path))
  return {
    mode: file && file.mode & 0o777,
    fileBytes: file?.size ?? 0,
    logBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    freeBytes: bavail * bsize,
  }
}

/** The nearest folder there is. */
function folderOf(path: string): string {
  const folder = dirname(path)
  return existsSync(folder) ? folder : folderOf(folder)
}

/** @throws Error when it is no database at all. */
function soundness(path: string): Finding {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  try {
    const found = String(db.prepare('PRAGMA quick_check(1)').get()?.quick_check)
    if (found === 'ok') return { check: 'file', level: 'note', text: 'The file is whole.' }
    const text = `The file is damaged (${found}): stop the gateway, and restore a backup.`
    return { check: 'file', level: 'refuse', text }
  } finally {
    db.close()
  }
}

async function inBooks(
  open: SqliteFindingsOptions['open'],
  { config, wanted, nowMs }: Omit<SqliteFindingsOptions, 'open'>,
): Promise<readonly Finding[]> {
  const store = await open()
  try {
    const power = powerLoss(config.durability, await perSecond(store, nowMs))
    return [
      power,
      ...(await accountsIn(config.org, store.ledger, wanted)),
      ...(await unbookedFindings(store.unbooked, config.org)),
    ]
  } finally {
    await store.close()
  }
}

/**
 * An account that the file lacks may be new, or lost: nobody can tell, and a start does not ask, since it makes what is
 * missing.
 */
async function accountsIn(org: string, ledger: Ledger, wanted: WantedBudgets): Promise<readonly Finding[]> {
  const there = new Set((await ledger.accounts(org)).map(({ account }) => account))
  const missing = [...wanted.keys()].filter((account) => !there.has(account))
  return accountFindings({
    wanted,
    missing: new Map(missing.map((account) => [account, 'unknown'])),
    states: await ledger.read(org, [...wanted.keys()]),
  })
}

function powerLoss(durability: StoreConfig['durability'], nanoUsdPerSecond: number): Finding {
  const atStake = showUsd(Math.round(nanoUsdPerSecond * UNWRITTEN_SECONDS))
  const text =
    durability === 'strict'
      ? 'What is answered is on the disk: a loss of power forgets nothing.'
      : `A process that dies forgets nothing. A loss of power forgets what the system had not written to the disk yet, up to ${UNWRITTEN_SECONDS} s: ${atStake} at today's rate. durability: strict waits for the disk.`
  return { check: 'power', level: 'note', text }
}

/** What was charged today, nano-USD a second. */
async function perSecond({ table }: OpenedBooks, nowMs: number): Promise<number> {
  const sinceMs = nowMs - (nowMs % DAY_MS)
  const rows = (await table?.spendBy({ sinceMs })) ?? []
  const nanoUsd = rows.reduce((sum, { chargedNanoUsd }) => sum + Number(chargedNanoUsd), 0)
  return nanoUsd / Math.max(1, (nowMs - sinceMs) / 1000)
}
