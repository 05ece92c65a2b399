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

describe('in a file', () => {
  ledgerConformance(
    { describe, it, expect },
    (request) => {
      const path = join(folder, `${files++}.db`)
      const ledger = sqliteLedger(path, request)
      const reopen = async () => {
        await ledger.close()
        return sqliteLedger(path, request)
      }
      return { ledger, reopen }
    },
    { histories: 3 },
  )
})
