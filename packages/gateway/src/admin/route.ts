import type { Role } from '@tollgate/kit/directory'
import type { z } from 'zod'
import type { Manage, Operator } from '../manage/manage.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * One thing that can be asked of the admin listener, as data: the router, what roles may do, the OpenAPI document and the
 * test of who may do what read the same table.
 */
export type AdminRoute = ObjectRoute | ViewRoute

/** What a route says of itself. */
export interface RouteFacts {
  readonly method: Method
  /** With its parameters in braces: `/admin/v1/teams/{id}`. */
  readonly path: string
  /** The kind of thing that it is about. */
  readonly tag: string
  readonly summary: string
  /** The least role that may. */
  readonly role: Role
  /**
   * Whose thing it is. `org`: the role alone decides. `team`: a team lead may where everything that it touches belongs to
   * teams of theirs.
   */
  readonly ownership: 'org' | 'team'
  /** Whose all is that a request touches, for `ownership: 'team'`. */
  touched?(manage: Manage, request: RouteInput): Promise<Touched>
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly answer: z.ZodType | undefined
  /** Whether it answers with the revision of what it is about, and takes `If-Match`. */
  readonly revised?: boolean
}

/** Whose something is, as it was read to tell who may. */
export interface Touched {
  /** Undefined among them stands for what belongs to no team. */
  readonly teams: readonly (string | undefined)[]
  /** The revision at which it is theirs, 0 where it is not there; undefined of what does not change its owner. */
  readonly revision?: number
}

/** Something is done with the objects of an org, or read of them. */
export interface ObjectRoute extends RouteFacts {
  handle(manage: Manage, request: AdminRequest): Promise<AdminAnswer>
}

/** A stage tells how the gateway does, in a form of its own. */
export interface ViewRoute extends RouteFacts {
  readonly view: View
}

export type View = 'metrics' | 'spend' | 'chargeback' | 'providers'

/** What a request says, held to the schemas of its route. */
export interface RouteInput {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  /** The body as it was written; its shape is right. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface AdminRequest extends RouteInput {
  readonly operator: Operator
  /** What `If-Match` names. */
  readonly ifRevision: number | undefined
}

export interface AdminAnswer {
  readonly status?: 200 | 201 | 204
  readonly body?: object
  /** Fields that are told once, and to nobody who repeats the request: a secret. */
  readonly once?: Readonly<Record<string, string>>
  readonly revision?: number | undefined
}
