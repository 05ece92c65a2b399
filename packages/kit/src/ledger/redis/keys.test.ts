import { describe, expect, it } from 'vitest'
import { ledgerKeys } from './keys.ts'
import { SCRIPTS } from './scripts/catalog.ts'

/** CRC16 (XModem), as the Cluster specification has it. */
function slotOf(key: string): number {
  const tag = /\{([^}]+)\}/.exec(key)?.[1] ?? key
  let crc = 0
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  }
  return (crc & 0xffff) % 16_384
}

const ORGS = ['acme', 'a', 'Ümläut & co', 'with space', 'a}b', '{a', '{}', '}{', 'a%7Db', '}', '{'.repeat(40)]
const IDS = ['k1', 'a}b{c', '{x}', 'ä']

/** All keys of an org's books, by the names that the scripts have for them. */
function keysByName(org: string): Record<string, readonly string[]> {
  const keys = ledgerKeys().of(org)
  return {
    meta: [keys.meta],
    deadlines: [keys.deadlines],
    unconfirmed: [keys.unconfirmed],
    known: [keys.known],
    adjustments: [keys.adjustments],
    unbooked: [keys.unbooked],
    rollup: [keys.rollup(0), keys.rollup(1e12)],
    account: IDS.map((id) => keys.account(`key:${id}`)),
    accounts: IDS.map((id) => keys.account(`user:${id}`)),
    reservation: IDS.map(keys.reservation),
    reservations: IDS.map(keys.reservation),
  }
}

describe('the keys of the ledger', () => {
  it('has the slots of the specification', () => {
    expect([slotOf('123456789'), slotOf('{user1000}.following')]).toEqual([12_739, slotOf('user1000')])
  })

  it.each(SCRIPTS.map((script) => [script.name, script] as const))(
    '%s has all its keys in one slot',
    (_, script) => {
      for (const org of ORGS) {
        const byName = keysByName(org)
        const used = [...script.keys, ...script.keyLists].flatMap((name) => byName[name]!)
        expect([org, new Set(used.map(slotOf)).size]).toEqual([org, 1])
      }
    },
  )

  it('are all different, for every org', () => {
    const all = ORGS.flatMap((org) =>
      Object.entries(keysByName(org)).filter(
        ([name]) => !/s$/.test(name) || name === 'deadlines' || name === 'adjustments',
      ),
    )
    const keys = all.flatMap(([, keys]) => keys)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('spread orgs over the slots', () => {
    const slots = Array.from({ length: 100 }, (_, at) => slotOf(ledgerKeys().of(`org${at}`).meta))
    expect(new Set(slots).size).toBeGreaterThan(90)
  })

  it('refuse a prefix that would be the hash tag', () => {
    for (const prefix of ['{tg}', 'a b', '', 'x'.repeat(65)])
      expect(() => ledgerKeys(prefix)).toThrow(RangeError)
  })
})
