import type { Corpus } from './corpus.ts';

export const FRENCH: Corpus = {
  locale: 'fr',
  topics: [
    {
      summary: 'Le VPN se coupe toutes les {n} minutes',
      body: 'Depuis lundi, la connexion VPN se coupe toutes les {n} minutes et je dois me reconnecter à chaque fois.',
      category: 'Network',
      service: 'Remote Access',
    },
    {
      summary: "L'imprimante du {n}e étage ne répond plus",
      body: "L'imprimante est allumée mais rien ne sort. La file d'attente contient plus de vingt documents.",
      category: 'Workplace',
      service: 'Printing',
    },
    {
      summary: 'Boîte aux lettres partagée inaccessible',
      body: "Mon équipe n'a plus accès à la boîte partagée « Commandes » depuis ce matin.",
      category: 'Email Support',
      service: 'Mailbox',
    },
    {
      summary: 'Lenteur du logiciel de caisse',
      body: "Chaque encaissement prend {n} secondes à l'agence de Lyon, les clients s'impatientent.",
      category: 'Business Applications',
      service: 'CRM',
    },
    {
      summary: 'Demande de déblocage de compte',
      body: 'Mon compte est bloqué après mes congés, merci de le débloquer dès que possible.',
      category: 'Access',
      service: 'Directory Account',
    },
  ],
  replies: [
    'Merci, mais le problème est revenu ce matin.',
    "Oui, toute l'équipe est concernée.",
    "Je suis joignable jusqu'à 17 h.",
    "Voici une capture d'écran du message.",
  ],
  answers: [
    'Merci de votre signalement. Depuis quand observez-vous ce comportement ?',
    'Nous avons redémarré le service, pouvez-vous réessayer ?',
    'Un technicien passera demain matin à votre bureau.',
  ],
  notes: [
    'Même symptôme que le mois dernier, vérifier le pare-feu.',
    'Ticket ouvert chez le fournisseur, en attente de réponse.',
    "Prévenir le responsable du site avant d'intervenir.",
  ],
  closings: [
    "Mise à jour installée, fonctionnement confirmé par l'utilisateur.",
    'Droits rétablis sur la boîte partagée.',
  ],
};
