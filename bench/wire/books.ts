import { setTimeout as pause } from 'node:timers/promises'
import { KINDS } from './dialects/dialect.ts'
import type { Direction } from './directions.ts'
import type { Gateway } from './gateway.ts'
import { ANSWER, CHARGE_NANO_USD } from './said.ts'

/** Ask once for each kind of answer. @throws Error unless the client got all that the provider has said, and nothing else. */
export async function checkAnswers({ name, client, served }: Direction, url: string): Promise<void> {
  for (const kind of KINDS) {
    const answer = await fetch(url + client.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...client.headers },
      body: client.request(served.model, kind),
    })
    const text = await answer.text()
    if (!answer.ok || client.textOf(text, kind) !== ANSWER)
      throw new Error(`${name} answered ${answer.status}, and not what the provider said:\n${text}`)
  }
}

/** A direction, and the gateway that serves it. */
export interface Lane {
  readonly direction: Direction
  readonly gateway: Gateway
}

/**
 * Hold what each direction has charged to what its provider has served, by the provider's own count: the same tokens have
 * the same price in every dialect. Returns a sentence that says so.
 *
 * @throws Error that names the first account that is not exactly right.
 */
export async function checkBooks(
  lanes: readonly Lane[],
  served: Readonly<Record<string, number>>,
): Promise<string> {
  for (const { direction, gateway } of lanes) {
    const spent = await spentAtRest(gateway)
    const answers = served[direction.name]!
    const right = answers * CHARGE_NANO_USD
    if (spent !== right)
      throw new Error(`${direction.name}: ${answers} answers, ${spent} nano-USD charged, ${right} is right`)
  }
  const answers = lanes.reduce((sum, { direction }) => sum + served[direction.name]!, 0)
  return `${answers.toLocaleString('en-US')} answers served, each charged ${CHARGE_NANO_USD.toLocaleString('en-US')} nano-USD: right.`
}

async function spentAtRest({ books }: Gateway): Promise<number> {
  for (;;) {
    const { spent, reserved } = await books()
    if (reserved === 0) return spent
    await pause(20)
  }
}
