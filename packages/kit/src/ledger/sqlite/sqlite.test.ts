import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ledgerConformance } from '../../conformance/ledger.ts'
import { sqliteLedger } from './sqlite-ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-ledger-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

describe('in memory', () => {
  ledgerConformance({ describe, it, expect }, (request) => ({ ledger: sqliteLedger(':memory:', request) }))
})

/** A thread takes its time to start, in every case anew: it is held to all sentences, and to fewer histories. */
const EFFORT = { normal: { histories: 3, operations: 2000 }, strict: { histories: 1, operations: 1000 } }

describe.each(['normal', 'strict'] as const)('in a file, durability %s', (durability) => {
  ledgerConformance(
    { describe, it, expect },
    (request) => {
      const path = join(folder, `${files++}.db`)
      const open = () => sqliteLedger(path, { ...request, durability })
      const ledger = open()
      const reopen = async () => {
        await ledger.close()
        return open()
      }
      return { ledger, reopen }
    },
    EFFORT[durability],
  )
})
