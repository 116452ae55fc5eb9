import { ARABIC } from './arabic.ts';
import { CHINESE, HINDI, JAPANESE } from './asian.ts';
import type { Corpus } from './corpus.ts';
import { ENGLISH } from './english.ts';
import { FRENCH } from './french.ts';
import { GERMAN } from './german.ts';
import { SPANISH } from './spanish.ts';

/** Given and family names to combine: every person is invented. */
export type Language = { corpus: Corpus; share: number; given: string[]; family: string[]; country: string };

export const LANGUAGES: readonly Language[] = [
  {
    corpus: ENGLISH,
    share: 44,
    country: 'United Kingdom',
    given: [
      'Alice',
      'Ben',
      'Carla',
      'Daniel',
      'Ellie',
      'Frank',
      'Grace',
      'Harvey',
      'Imogen',
      'Jack',
      'Kate',
      'Liam',
    ],
    family: [
      'Ashdown',
      'Bramwell',
      'Carlow',
      'Denholm',
      'Eastlake',
      'Fenwick',
      'Garside',
      'Holloway',
      'Ingram',
      'Kettle',
    ],
  },
  {
    corpus: GERMAN,
    share: 14,
    country: 'Germany',
    given: ['Anke', 'Björn', 'Claudia', 'Dirk', 'Elke', 'Florian', 'Greta', 'Holger'],
    family: ['Aichinger', 'Böhmer', 'Dörfler', 'Eichhorn', 'Fürst', 'Gärtner', 'Hübner', 'Jäger'],
  },
  {
    corpus: FRENCH,
    share: 10,
    country: 'France',
    given: ['Aurélie', 'Benoît', 'Chloé', 'Damien', 'Élodie', 'François', 'Hélène', 'Jérôme'],
    family: ['Arnoux', 'Beaulieu', 'Chevrier', 'Delaunay', 'Évrard', 'Fontanel', 'Guérin', 'Lefèvre'],
  },
  {
    corpus: SPANISH,
    share: 10,
    country: 'Spain',
    given: ['Ainhoa', 'Bruno', 'Carmen', 'Íñigo', 'Lucía', 'Martín', 'Nuria', 'Sofía'],
    family: ['Aldana', 'Benítez', 'Cañizares', 'Ibáñez', 'Muñiz', 'Quiroga', 'Rivas', 'Zúñiga'],
  },
  {
    corpus: HINDI,
    share: 8,
    country: 'India',
    given: ['Aarav', 'Diya', 'Ishaan', 'Kavya', 'Meera', 'Rohan', 'Saanvi', 'Vikram'],
    family: ['Achari', 'Bhardwaj', 'Deshmukh', 'Iyer', 'Kulkarni', 'Nair', 'Saxena', 'Trivedi'],
  },
  {
    corpus: JAPANESE,
    share: 6,
    country: 'Japan',
    given: ['直子', '健太', '美咲', '大輔', '由美', '翔'],
    family: ['青木', '石原', '大塚', '北村', '関口', '浜田'],
  },
  {
    corpus: CHINESE,
    share: 4,
    country: 'China',
    given: ['晓明', '丽华', '建国', '思雨', '志强'],
    family: ['曹', '邓', '冯', '韩', '蒋'],
  },
  {
    corpus: ARABIC,
    share: 4,
    country: 'United Arab Emirates',
    given: ['أمل', 'باسم', 'داليا', 'حسن', 'ليلى'],
    family: ['الحسيني', 'الخوري', 'النجار', 'السالم', 'الزهراني'],
  },
];
