import { defineStage, type Stage } from '@tollgate/kit/core'
import { operator } from './operator-slot.ts'
import type { OperatorOf } from './operators.ts'

/** Let nobody pass who is no operator. */
export const requireOperator = (operatorOf: OperatorOf): Stage =>
  defineStage({
    name: 'require-operator',
    gives: [operator],
    handle: async function requireOperator(req) {
      operator.set(req, await operatorOf(req))
    },
  })
