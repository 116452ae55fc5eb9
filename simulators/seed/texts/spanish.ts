import type { Corpus } from './corpus.ts';

export const SPANISH: Corpus = {
  locale: 'es',
  topics: [
    {
      summary: 'La VPN se cae cada {n} minutos',
      body: 'Desde el lunes la VPN se desconecta cada {n} minutos cuando trabajo desde casa.',
      category: 'Network',
      service: 'Remote Access',
    },
    {
      summary: 'No puedo abrir la aplicación de nóminas',
      body: 'Al abrir la aplicación aparece el error {n} y se cierra. Mañana vence el plazo de pago.',
      category: 'Business Applications',
      service: 'Payroll',
    },
    {
      summary: 'Pantalla negra en la sala de reuniones {n}',
      body: 'El proyector no muestra imagen con ningún portátil. Ya hemos cambiado el cable.',
      category: 'Workplace',
      service: 'Meeting Room',
    },
    {
      summary: 'El servidor {host} responde muy lento',
      body: 'Las consultas tardan más de {n} segundos. ¿Pueden revisar {host}, por favor?',
      category: 'Servers',
      service: 'Database',
    },
  ],
  replies: [
    'Gracias, ya funciona, pero sigue un poco lento.',
    'Ha vuelto a ocurrir esta mañana.',
    '¿Hay alguna novedad? Es urgente.',
    'Adjunto una captura de pantalla.',
  ],
  answers: [
    'Gracias por avisar. ¿Desde cuándo ocurre?',
    'Hemos reiniciado el servicio. Pruebe de nuevo, por favor.',
    'Mañana por la mañana pasará un compañero por su mesa.',
  ],
  notes: [
    'Coincide con la ventana de copias de seguridad.',
    'Esperando respuesta del proveedor.',
    'Revisar permisos antes de cerrar.',
  ],
  closings: ['Cliente actualizado y comprobado con el usuario.', 'Se amplió la memoria del servidor.'],
};
