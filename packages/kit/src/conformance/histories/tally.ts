import type { LedgerCommand, Reply } from './command.ts'

/** What has been tried: every command by its answer. */
export interface Tally {
  readonly operations: number
  readonly count: (command: LedgerCommand, reply: Reply) => void
  readonly answers: ReadonlyMap<string, number>
}

export function newTally(): Tally {
  const answers = new Map<string, number>()
  let operations = 0
  return {
    answers,
    get operations() {
      return operations
    },
    count([method], reply) {
      operations += 1
      const name = [method, ...wordsOf(reply)].join(' ')
      answers.set(name, (answers.get(name) ?? 0) + 1)
    },
  }
}

/** The words of an answer, its numbers aside. */
function wordsOf(reply: Reply): string[] {
  if (!('status' in reply)) {
    const several = 'revived' in reply ? reply.revived : 'settled' in reply ? reply.settled : reply
    return [several.length > 0 ? 'some' : 'none']
  }
  const words: string[] = [reply.status]
  if ('shortfall' in reply) words.push(reply.shortfall.reason)
  if ('reason' in reply) words.push(reply.reason)
  if ('repeat' in reply && reply.repeat) words.push('repeat')
  if ('overdraft' in reply && reply.overdraft) words.push('overdraft')
  return words
}
