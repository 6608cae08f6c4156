/** In which organization something is changed, and by whom. The role was checked; each change audits in its own batch. */
export interface ActingIn {
  db: D1Database
  organizationId: string
  actor: string
}
