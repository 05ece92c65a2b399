/**
 * The child's side of `startProcess`: answer the questions of the process that started this one, and end with it. Ctrl-C
 * reaches every process of a terminal; the one that asks decides what becomes of the others. Whoever is told to end does so
 * in order, and takes its folder and its Redis along.
 */
export function answering<Question>(answer: (question: Question) => unknown): void {
  process.on('message', (question) => {
    void Promise.resolve(answer(question as Question)).then((reply) => process.send?.(reply ?? null))
  })
  process.on('disconnect', () => process.exit())
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => process.exit())
}
