/**
 * Technicians who are also teammates of the Intercom workspace, matched by e-mail. The demo gives the same list to the
 * simulated workspace; the first technicians of a generated desk have these addresses.
 */
export const TEAMMATE_EMAILS = [
  { email: 'amelia.hart@northwind.example', name: 'Amelia Hart' },
  { email: 'jonas.weber@northwind.example', name: 'Jonas Weber' },
  { email: 'priya.raman@northwind.example', name: 'Priya Raman' },
  { email: 'lucie.moreau@northwind.example', name: 'Lucie Moreau' },
  { email: 'diego.santana@northwind.example', name: 'Diego Santana' },
  { email: 'yuki.tanabe@northwind.example', name: 'Yuki Tanabe' },
  { email: 'omar.haddad@northwind.example', name: 'Omar Haddad' },
  { email: 'mei.zhou@northwind.example', name: 'Mei Zhou' },
] as const;
