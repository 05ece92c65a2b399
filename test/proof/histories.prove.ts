import { ledgerConformance, type Tried } from '@tollgate/kit/conformance'
import { describe, expect, it } from 'vitest'
import { STORES } from '../support/stores.ts'

/** Another one each time, unless one is to be tried again; whatever fails says its own. */
const seed = Number(process.env.TOLLGATE_SEED ?? Date.now() % 2 ** 31)

function report(name: string, { scale, histories, operations, answers }: Tried): void {
  const each = [...answers].toSorted().map(([answer, count]) => `  ${String(count).padStart(7)}  ${answer}`)
  console.log(
    `${name}, amounts ${scale}: ${operations} commands in ${histories} histories from seed ${seed}\n${each.join('\n')}`,
  )
}

describe.each(Object.entries(STORES))('%s', (name, make) => {
  ledgerConformance({ describe, it, expect }, make, {
    seed,
    histories: 100,
    operations: 120_000,
    onTried: (tried) => report(name, tried),
  })
})
