"""Names of people who do not exist: given and family names drawn apart and put together by chance."""

from __future__ import annotations

from random import Random

_GIVEN = """
Abel Ada Adrián Agustina Aitana Alan Alba Alejo Alina Alma Alonso Amalia Amanda Ámbar Anahí Ángela Aníbal Antonella
Ariadna Ariel Arturo Azul Bastián Belén Benito Berenice Bernardo Bianca Blanca Brenda Brisa Bautista Candela Carmela
Carolina Casandra Cecilia Celeste César Ciro Clara Claudio Constanza Cora Cristóbal Dalia Dalila Damián Danilo Dante
Daría Débora Delfina Dolores Edith Efraín Elías Elisa Eloy Elvira Emilia Emiliano Enzo Ernestina Esmeralda Estela
Eugenia Eva Ezequiel Fabián Fabiola Facundo Fátima Felipe Félix Fermín Fidel Fiorella Flavia Florencia Franco Frida
Gael Gaspar Gastón Genoveva Gerardo Gina Gonzalo Griselda Guillermina Héctor Helena Hilario Horacio Hugo Ileana Imanol
Inti Irene Iris Isabel Isidro Ismael Ivana Ivo Jacinto Jazmín Jeremías Jimena Joaquín Jorgelina Josefina Juana Julia
Julián Justina Katia Lara Leandro Leila Leonor Lía Lidia Liliana Lisandro Lorena Lorenzo Luana Luciano Luisina Luna
Luz Macarena Magalí Maia Malena Manuela Mara Marcela Marcos Mariano Marisol Martina Mateo Matilde Mauro Máximo Melina
Mercedes Micaela Milagros Mirna Moira Mora Morena Nahuel Nancy Nerea Nicanor Nicolás Nilda Noelia Norma Octavio Ofelia
Olga Olivia Omar Oriana Pablo Paloma Pascual Pedro Perla Pilar Priscila Rafaela Ramiro Raquel Rebeca Regina Renata
Renzo Ricardo Rita Roberta Rodrigo Román Rosalía Rosario Rufina Sabrina Salvador Samanta Santino Sara Saúl Sebastián
Serena Simón Sol Susana Tadeo Tamara Tania Teresa Tiziana Tobías Trinidad Uma Uriel Valentín Valeria Vera Verónica
Vicente Vilma Violeta Virginia Wanda Yamila Yanina Yolanda Zaira Zulema
"""
_FAMILY = """
Abrego Achával Aguirrebeña Alarcón Albornoz Aldana Alegre Almirón Altamira Amarilla Anchorena Andino Aráoz Arce
Arellano Argañaraz Arizmendi Arroyo Astudillo Ávalos Avellaneda Azcurra Balbuena Banegas Baracaldo Barrientos Bazán
Bedoya Belmonte Benavídez Bermúdez Bohórquez Bordón Bracamonte Burgos Bustamante Cabezas Cabral Cajal Calderón Camargo
Canteros Cardozo Carpio Carvajal Casares Castañeda Ceballos Cepeda Cerdeira Céspedes Chaparro Cisneros Colmenares
Contreras Corbalán Córdova Corrales Cuenca Cufré Dávalos Delgadillo Díaz Echagüe Elizalde Encina Enríquez Escobedo
Espíndola Estévez Fajardo Farfán Figueroa Fonseca Frías Fuentes Galarza Gallardo Gamarra Garay Gauna Giménez Godoy
Gorosito Grajales Granados Guardia Guevara Gutiérrez Heredia Hinojosa Holguín Huerta Hurtado Ibarra Infante Iriarte
Isasi Izquierdo Jácome Jaramillo Jofré Lagos Landa Laredo Larrosa Lascano Leguizamón Leiva Lezcano Linares Lizárraga
Llanos Lobo Lozada Lucero Luján Machado Maidana Maldonado Manrique Mansilla Marchena Marín Mariño Maturana Mejía
Melgarejo Mendieta Mercado Meza Miranda Molinari Monsalve Montaña Morales Moyano Muñiz Murillo Naranjo Narváez
Navarrete Negrete Nieva Noriega Nuñez Obregón Ochoa Ojeda Olivares Ordóñez Oropeza Ortega Osorio Otálora Oviedo Páez
Palacios Pallares Pantoja Paredes Parra Pastrana Pedraza Peñaloza Perdomo Piedrahita Pineda Pizarro Pomares Portillo
Prado Puertas Quevedo Quintana Quiñones Ramallo Rangel Recalde Reinoso Rendón Restrepo Reyes Riascos Rincón Riquelme
Rivadeo Robledo Roldán Romero Rosales Rueda Ruiz Saavedra Sagasti Salas Salinas Samaniego Sandoval Santillán Sarmiento
Segovia Sepúlveda Serrano Sierra Sosa Sotelo Suárez Tabares Taboada Tapia Tejada Tello Toledo Toranzo Torrealba Trejo
Ulloa Urdaneta Uribe Urrutia Valdez Valenzuela Valverde Varela Vargas Vega Velasco Vera Vergara Vidal Villafañe
Villagra Villarreal Yáñez Yegros Zabala Zalazar Zambrano Zapata Zárate Zúñiga
"""
GIVEN, FAMILY = tuple(_GIVEN.split()), tuple(_FAMILY.split())


class Names:
    """People's names by chance, no combination twice."""

    def __init__(self, chance: Random) -> None:
        self._chance, self._taken = chance, set[tuple[str, str]]()

    def next(self) -> tuple[str, str]:
        """A given and a family name; every other person or so has two family names, as is the custom."""
        while True:
            given, family = self._chance.choice(GIVEN), self._chance.choice(FAMILY)
            if self._chance.random() < 0.4:
                family = f"{family} {self._chance.choice(FAMILY)}"
            if (given, family) not in self._taken and len(set(family.split())) == len(family.split()):
                self._taken.add((given, family))
                return given, family
