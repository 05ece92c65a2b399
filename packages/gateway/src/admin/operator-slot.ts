import { slot } from '@tollgate/kit/core'
import type { Operator } from '../manage/manage.ts'

/** Who asks something of the admin listener. */
export const operator = slot<Operator>()('operator', 'require-operator')
