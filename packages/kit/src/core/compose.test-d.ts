import { compose } from './compose.ts'
import { slot } from './slot.ts'
import { defineStage } from './stage.ts'

const who = slot<string>()('who', 'first')
const money = slot<number>()('money', 'second')

const first = defineStage({ name: 'first', gives: [who], handle: () => {} })
const second = defineStage({ name: 'second', needs: [who], gives: [money], handle: () => {} })
const third = defineStage({ name: 'third', needs: [who, money], handle: () => {} })
const foreign = (_req: unknown, _res: unknown, next: () => void) => next()

compose(first, second, third)
compose(first, foreign, second, foreign, third)
compose(foreign)

// @ts-expect-error '"second needs \"who\" from an earlier stage"'
compose(second, first)
// @ts-expect-error '"third needs \"money\" from an earlier stage"'
compose(first, third, second)
// @ts-expect-error a foreign handler gives nothing
compose(foreign, second)

// The values of slots have their own types.
export const typed = (req: Parameters<typeof who.get>[0]): readonly [string, number | undefined] => [
  who.get(req),
  money.peek(req),
]

const final = defineStage({ name: 'final', last: true, handle: () => {} })

compose(first, second, final)
compose(first, final, foreign)
// @ts-expect-error '"final answers every request: mount second before it"'
compose(first, final, second)
