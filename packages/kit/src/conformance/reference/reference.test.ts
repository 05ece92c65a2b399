import { describe, expect, it } from 'vitest'
import { ledgerConformance } from '../ledger.ts'
import { referenceLedger } from './reference-ledger.ts'

/** The reference is held to the same sentences as every store, so that it is no more than another reading of them. */
ledgerConformance({ describe, it, expect }, (request) => ({ ledger: referenceLedger(request) }))
