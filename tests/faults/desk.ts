import type { Desk } from '../../simulators/infraon/desk.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';

/** Made of everything that a small desk has few of, since the rarest kind of write says how much a trial proves. */
const ENOUGH = 10;

/** Small, with every object, a long thread, files, every state a ticket can be in, and enough of every kind of write. */
export function faultDesk(): Desk {
  const desk = generateDesk({ seed: 5, incidents: 8 });
  const [person] = desk.requesters;
  if (person === undefined) throw new Error('a desk without people');
  for (let number = desk.requesters.length; number < ENOUGH; number += 1) {
    const email = `person${number}@company${number}.example`;
    desk.requesters.push({
      ...structuredClone(person),
      requester_id: `1724371202000100009${String(number).padStart(2, '0')}`,
      full_name: `Person ${number}`,
      unmasked_full_name: `Person ${number}`,
      email,
      unmasked_email: email,
      username: email,
      contact: email,
      contact_number: null,
      phone_number: null,
      employee_id: `F${number}`,
      organization_name: `Company ${number} Ltd`,
    });
  }
  const tag = (index: number) => desk.tags[index % desk.tags.length]?.tag_id ?? '';
  desk.articles.forEach(({ config }, index) => {
    config['department'] = `Department ${index}`;
    config['tags'] = [tag(index), tag(index + 3)];
  });
  desk.incidents.forEach((incident, index) => {
    incident['tag'] = [tag(index), tag(index + 5)];
  });
  return desk;
}
