import { isDeepStrictEqual } from 'node:util'
import type { AlertRule } from '../config/index.ts'
import type { Alert } from './alert.ts'
import type { Delivery } from './delivery.ts'

/** Whom alerts are told to, by the rules that are in force. */
export interface Addresses {
  /** Percentages of a budget that anybody wants to be told of. */
  at(): readonly number[]
  readonly isAny: boolean
  tellAll(alert: Alert): void
  /** Those who want to be told of a percentage, as they are now. */
  wanting(percent: number): readonly Pick<Delivery, 'send'>[]
  /** @param settled resolves when what was noticed until now has been sent to whoever was named then. */
  use(rules: readonly AlertRule[], settled: () => Promise<unknown>): void
  close(): Promise<void>
}

/** Somebody who is told, and how. */
interface Address {
  readonly rule: AlertRule
  readonly way: Delivery
}

/** @param wayTo is asked once for each rule: one that stays in force keeps its way, with what waits on it. */
export function addressesBy(wayTo: (rule: AlertRule) => Delivery): Addresses {
  let addresses: readonly Address[] = []
  let at: readonly number[] = []
  const leaving = new Set<Promise<void>>()

  return {
    at: () => at,
    get isAny() {
      return addresses.length > 0
    },
    tellAll(alert) {
      for (const { way } of addresses) way.send(alert)
    },
    wanting: (percent) => addresses.filter(({ rule }) => rule.at.includes(percent)).map(({ way }) => way),
    use(rules, settled) {
      const before = addresses
      const known = (rule: AlertRule) => before.find((address) => isDeepStrictEqual(address.rule, rule))
      addresses = rules.map((rule) => known(rule) ?? { rule, way: wayTo(rule) })
      at = [...new Set(rules.flatMap((rule) => rule.at))].sort((a, b) => a - b)
      for (const { way } of before.filter((address) => !addresses.includes(address))) {
        const left = settled().then(() => way.close().finally(() => leaving.delete(left)))
        leaving.add(left)
      }
    },
    async close() {
      await Promise.all([...leaving, ...addresses.map(({ way }) => way.close())])
    },
  }
}
